//! Limits the size of a source record. Records of all sources are read together, so no index
//! may make its own record large.

use super::{SourceRecord, Verdict};
use crate::diagnostic::{Diagnostic, Severity};
use crate::limits::{MAX_DIAGNOSTICS, MAX_RECORD_BYTES};
use crate::problem::indexes;

impl SourceRecord {
    /// The record as JSON, at most [`MAX_RECORD_BYTES`] long.
    ///
    /// # Errors
    /// Never, for records that this version creates.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let json = serde_json::to_string(self)?;
        if json.len() <= MAX_RECORD_BYTES {
            return Ok(json);
        }
        let mut bounded = self.clone();
        bounded.bound();
        serde_json::to_string(&bounded)
    }

    /// Drops what does not fit: first the lines of findings, then findings from the end. One finding always fits, since its texts are bounded.
    pub(super) fn bound(&mut self) {
        if self.fits() {
            return;
        }
        self.findings().flatten().for_each(|found| found.snippet = None);
        let mut max_findings = MAX_DIAGNOSTICS;
        while !self.fits() && max_findings > 1 {
            max_findings /= 2;
            self.findings().for_each(|findings| keep(findings, max_findings));
        }
    }

    fn fits(&self) -> bool {
        serde_json::to_string(self).is_ok_and(|json| json.len() <= MAX_RECORD_BYTES)
    }

    fn findings(&mut self) -> impl Iterator<Item = &mut Vec<Diagnostic>> {
        let checked = self.checked.as_mut().and_then(|checked| match &mut checked.verdict {
            Verdict::Invalid(findings) => Some(findings),
            Verdict::Valid(_) => None,
        });
        checked.into_iter().chain(self.failure.as_mut().map(|failure| &mut failure.diagnostics))
    }
}

/// Keeps the first `max_findings` findings, including an error if there is one, and counts the others.
fn keep(findings: &mut Vec<Diagnostic>, max_findings: usize) {
    let counted = findings.pop_if(|last| *last.code == *indexes::MORE_DIAGNOSTICS.code);
    let mut left_out = counted.as_ref().map_or(0, count);
    if findings.len() > max_findings {
        if let Some(error) = findings.iter().position(Diagnostic::is_error).filter(|at| *at >= max_findings) {
            findings.swap(error, max_findings - 1);
        }
        left_out += findings.len() - max_findings;
        findings.truncate(max_findings);
    }
    if left_out > 0 {
        let refuses = counted.iter().chain(findings.iter()).any(Diagnostic::is_error);
        let severity = if refuses { Severity::Error } else { Severity::Warning };
        let more =
            if counted.is_some_and(|counted| counted.message.starts_with("more than")) { "more than " } else { "" };
        let message = format!("{more}{left_out} further findings are left out: correct these first");
        findings.push(Diagnostic { severity, ..Diagnostic::error(&indexes::MORE_DIAGNOSTICS, "", message) });
    }
}

fn count(more: &Diagnostic) -> usize {
    more.message.split(' ').find_map(|word| word.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostic;
    use crate::digest::Digest;
    use crate::fetch::Validators;
    use crate::limits::{MAX_DIAGNOSTICS, MAX_RECORD_BYTES};
    use crate::registration::Registration;
    use crate::source::{Observation, SourceRecord, Verdict};

    fn after(diagnostics: Vec<Diagnostic>) -> SourceRecord {
        let url = "https://example.org/i";
        let registration = serde_json::json!({"repo": "a", "url": url, "domain": "d"});
        let registration = Registration::from_value(&registration).expect("valid");
        let mut record = SourceRecord::default();
        let validators = Validators::default();
        record.observe(
            &registration,
            Observation::Invalid { digest: Digest::of(b"x"), diagnostics, validators },
            0,
            0.0,
        );
        record
    }

    fn findings(record: &SourceRecord) -> &[Diagnostic] {
        match record.checked.as_ref().map(|checked| &checked.verdict) {
            Some(Verdict::Invalid(findings)) => findings,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_fits_is_kept_whole() {
        let usual: Vec<_> = (0..MAX_DIAGNOSTICS)
            .map(|n| {
                Diagnostic::error(
                    &crate::problem::indexes::SCHEMA_TYPE,
                    format!("/capabilities/{n}/summary"),
                    "must be text",
                )
            })
            .collect();
        assert_eq!(findings(&after(usual.clone())), usual);
    }

    #[test]
    fn findings_are_left_out_from_the_end_and_counted() {
        let mut long: Vec<_> = (0..MAX_DIAGNOSTICS)
            .map(|n| {
                Diagnostic::warning(
                    &crate::problem::indexes::BIDI_CONTROL,
                    format!("/{n}/{}", "k".repeat(4000)),
                    "reordered",
                )
            })
            .collect();
        long.push(Diagnostic::error(&crate::problem::indexes::SCHEMA_TYPE, "/last", "must be text"));
        long.push(Diagnostic::error(
            &crate::problem::indexes::MORE_DIAGNOSTICS,
            "",
            "more than 900 further findings are left out: correct these first",
        ));
        let record = after(long);
        assert!(serde_json::to_string(&record).expect("JSON").len() <= MAX_RECORD_BYTES);
        let kept = findings(&record);
        let last = kept.last().expect("findings");
        let left_out = 900 + MAX_DIAGNOSTICS + 1 - (kept.len() - 1);
        assert_eq!(
            last.message,
            format!("more than {left_out} further findings are left out: correct these first").as_str()
        );
        assert!(last.is_error() && kept.len() > 2, "{}", kept.len());
        assert_eq!(record.failure.as_ref().map(|failure| failure.code.as_str()), Some("schema-type"));
        assert_eq!(record.failure.as_ref().map(|failure| failure.diagnostics.as_slice()), Some(kept));
    }

    #[test]
    fn a_single_finding_of_any_length_fits() {
        let huge = "\u{1}é".repeat(1 << 20);
        let record = after(vec![Diagnostic::error(&crate::problem::indexes::SCHEMA_TYPE, huge.clone(), huge)]);
        let json = record.to_json().expect("JSON");
        assert!(json.len() <= MAX_RECORD_BYTES, "{}", json.len());
        assert_eq!(serde_json::from_str::<SourceRecord>(&json).expect("a record"), record);
    }
}
