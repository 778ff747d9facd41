//! Collects the findings of a check up to a limit, then locates them all in the text in one walk.

use crate::bounded::Message;
use crate::diagnostic::{Diagnostic, Severity, attach_snippets};
use crate::excerpt::excerpt;
use crate::limits::{MAX_COUNTED_VIOLATIONS, MAX_DIAGNOSTICS, MAX_DIAGNOSTICS_BYTES};
use crate::path::Path;
use crate::problem::{Kind, indexes};
use crate::yaml;

/// The part of [`MAX_DIAGNOSTICS_BYTES`] reserved for the last diagnostic, which counts the omitted ones.
const LAST_BYTES: usize = 256;

#[derive(Default)]
pub(crate) struct Findings<'v> {
    kept: Vec<Finding<'v>>,
    /// The number of warnings among them.
    warnings: usize,
    left_out: LeftOut,
    refuses: bool,
}

/// The number of findings that are not listed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeftOut {
    pub(crate) counted: usize,
    /// Whether counting stopped before all were found.
    pub(crate) and_more: bool,
}

impl LeftOut {
    /// A message with the number; `None` if it is zero.
    pub(crate) fn message(self) -> Option<Message> {
        let more = if self.and_more { "more than " } else { "" };
        let message = || format!("{more}{} further findings are left out: correct these first", self.counted).into();
        (self.counted > 0 || self.and_more).then(message)
    }
}

/// A finding without a position in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding<'v> {
    pub(crate) code: &'static Kind,
    pub(crate) severity: Severity,
    pub(crate) path: Path<'v>,
    /// Whether the error is in the key at the end of the path, not in its value.
    pub(crate) at_key: bool,
    pub(crate) message: Message,
    /// For a duplicate id: its first occurrence.
    pub(crate) first: Option<Path<'v>>,
}

impl<'v> Finding<'v> {
    pub(crate) fn error(code: &'static Kind, path: Path<'v>, message: impl Into<Message>) -> Self {
        Self { code, severity: Severity::Error, path, at_key: false, message: message.into(), first: None }
    }
}

impl<'v> Findings<'v> {
    pub(crate) fn add(&mut self, finding: Finding<'v>) {
        self.add_with(finding.severity, || finding);
    }

    /// Creates the finding only if it is kept: a hostile document may have a million of them.
    pub(crate) fn add_with(&mut self, severity: Severity, finding: impl FnOnce() -> Finding<'v>) {
        let is_error = severity == Severity::Error;
        self.refuses |= is_error;
        if self.kept.len() == MAX_DIAGNOSTICS {
            self.left_out.counted += 1;
            // Errors take precedence over warnings.
            let replaceable = is_error && self.warnings > 0;
            let warning = if replaceable { self.kept.iter().rposition(Finding::is_warning) } else { None };
            let Some(warning) = warning else { return };
            self.kept.remove(warning);
            self.warnings -= 1;
        }
        self.warnings += usize::from(!is_error);
        self.kept.push(finding());
    }

    /// Adds the described violations, and the number of omitted ones.
    pub(crate) fn add_violations(&mut self, (described, left_out): (Vec<Finding<'v>>, LeftOut)) {
        described.into_iter().for_each(|finding| self.add(finding));
        self.left_out.counted += left_out.counted;
        self.left_out.and_more |= left_out.and_more;
    }

    pub(crate) fn add_duplicate(&mut self, id: &str, path: Path<'v>, first: Path<'v>) {
        self.add_with(Severity::Error, || {
            let message = format!("the id `{}` is already used", excerpt(id));
            Finding { first: Some(first), ..Finding::error(&indexes::DUPLICATE_ID, path, message) }
        });
    }

    pub(crate) fn refuses(&self) -> bool {
        self.refuses
    }

    /// Whether the document is refused, with so many findings that no more need to be looked for. If so, the report says
    /// that there may be more.
    pub(crate) fn is_enough(&mut self) -> bool {
        let enough = self.refuses && self.kept.len() + self.left_out.counted >= MAX_COUNTED_VIOLATIONS;
        self.left_out.and_more |= enough;
        enough
    }

    /// Adds these to the findings about another document. `origin` maps a path in this document to one in the other.
    pub(crate) fn move_to<'o>(self, others: &mut Findings<'o>, origin: impl Fn(&Path<'v>) -> Path<'o>) {
        for Finding { code, severity, path, message, first, .. } in self.kept {
            let (path, first) = (origin(&path), first.as_ref().map(&origin));
            others.add(Finding { code, severity, path, at_key: false, message, first });
        }
        others.left_out.counted += self.left_out.counted;
        others.left_out.and_more |= self.left_out.and_more;
    }

    /// The diagnostics in text order, with their positions in `text` and their lines.
    pub(crate) fn placed_in(self, text: &str) -> Vec<Diagnostic> {
        if self.kept.is_empty() {
            return Vec::new();
        }
        let nowhere = Path::default();
        let paths: Vec<&Path<'_>> =
            self.kept.iter().flat_map(|finding| [&finding.path, finding.first.as_ref().unwrap_or(&nowhere)]).collect();
        let mut places = yaml::places(text, &paths).into_iter();
        let mut diagnostics = Vec::with_capacity(self.kept.len() + 1);
        for finding in &self.kept {
            let (place, first) = (places.next().flatten(), places.next().flatten());
            let at = place.map(|place| place.key.filter(|_| finding.at_key).unwrap_or(place.value));
            let mut message = finding.message.clone();
            if let (Some(_), Some(first), Some(at)) = (&finding.first, first, at) {
                let (first, here) = (first.value.line, at.line);
                message =
                    format!("{message} on line {first}, and here on line {here}: give one of them another id").into();
            }
            diagnostics.push(Diagnostic {
                severity: finding.severity,
                line: at.map(|at| at.line),
                column: at.map(|at| at.column),
                ..Diagnostic::error(finding.code, finding.path.pointer(), message)
            });
        }
        diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        attach_snippets(text.as_bytes(), &mut diagnostics);
        let mut left_out = self.left_out;
        left_out.counted += shorten(&mut diagnostics);
        if let Some(message) = left_out.message() {
            let severity = if self.refuses { Severity::Error } else { Severity::Warning };
            diagnostics.push(Diagnostic { severity, ..Diagnostic::error(&indexes::MORE_DIAGNOSTICS, "", message) });
        }
        diagnostics
    }
}

impl Finding<'_> {
    fn is_warning(&self) -> bool {
        self.severity == Severity::Warning
    }
}

/// Keeps as many diagnostics as fit, from the start, and returns the number of the others.
fn shorten(diagnostics: &mut Vec<Diagnostic>) -> usize {
    let mut room = MAX_DIAGNOSTICS_BYTES - LAST_BYTES;
    let fit = diagnostics.iter().take_while(|found| {
        let size = found.json_bytes() + 1;
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    });
    let kept = fit.count();
    let left_out = diagnostics.len() - kept;
    diagnostics.truncate(kept);
    left_out
}
