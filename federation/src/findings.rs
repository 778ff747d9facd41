//! Collects what a check finds, up to a bound, and then gives each finding its place in the text in one walk.

use crate::diagnostic::{Diagnostic, Severity, excerpt};
use crate::limits::MAX_DIAGNOSTICS;
use crate::schema::Violation;
use crate::yaml;

#[derive(Default)]
pub(crate) struct Findings {
    kept: Vec<Finding>,
    left_out: usize,
    refuses: bool,
}

struct Finding {
    diagnostic: Diagnostic,
    at_key: bool,
    /// For an id that occurs twice: the pointer to where it occurs first.
    first: Option<String>,
}

impl Findings {
    pub(crate) fn add(&mut self, diagnostic: Diagnostic) {
        self.keep(Finding { diagnostic, at_key: false, first: None });
    }

    pub(crate) fn add_at_key(&mut self, diagnostic: Diagnostic) {
        self.keep(Finding { diagnostic, at_key: true, first: None });
    }

    /// The violations that were described, and the number of those that were not.
    pub(crate) fn add_violations(&mut self, (described, left_out): (Vec<Violation>, usize)) {
        for violation in described {
            let diagnostic = Diagnostic::error(violation.code, violation.pointer, violation.message);
            self.keep(Finding { diagnostic, at_key: violation.at_key, first: None });
        }
        self.left_out += left_out;
        self.refuses |= left_out > 0;
    }

    pub(crate) fn add_duplicate(&mut self, id: &str, pointer: &str, first: &str) {
        let message = format!("the id `{}` is already used", excerpt(id));
        let diagnostic = Diagnostic::error("duplicate-id", pointer, message);
        self.keep(Finding { diagnostic, at_key: false, first: Some(first.to_owned()) });
    }

    pub(crate) fn refuses(&self) -> bool {
        self.refuses
    }

    fn keep(&mut self, finding: Finding) {
        self.refuses |= finding.diagnostic.is_error();
        if self.kept.len() < MAX_DIAGNOSTICS {
            self.kept.push(finding);
        } else {
            self.left_out += 1;
        }
    }

    /// The diagnostics with their places in `text`, in its order.
    pub(crate) fn placed_in(self, text: &str) -> Vec<Diagnostic> {
        if self.kept.is_empty() {
            return Vec::new();
        }
        let pointers: Vec<&str> = self
            .kept
            .iter()
            .flat_map(|finding| [finding.diagnostic.pointer.as_str(), finding.first.as_deref().unwrap_or_default()])
            .collect();
        let mut places = yaml::places(text, &pointers).into_iter();
        let mut diagnostics = Vec::with_capacity(self.kept.len() + 1);
        for finding in self.kept {
            let (place, first) = (places.next().flatten(), places.next().flatten());
            let at = place.map(|place| place.key.filter(|_| finding.at_key).unwrap_or(place.value));
            let mut diagnostic = finding.diagnostic;
            diagnostic.line = at.map(|at| at.line);
            diagnostic.column = at.map(|at| at.column);
            if let (Some(_), Some(first), Some(at)) = (&finding.first, first, at) {
                let lines =
                    format!(" on line {}, and here on line {}: give one of them another id", first.value.line, at.line);
                diagnostic.message.push_str(&lines);
            }
            diagnostics.push(diagnostic);
        }
        diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        if self.left_out > 0 {
            let message = format!("{} more findings are left out: correct these first", self.left_out);
            let severity = if self.refuses { Severity::Error } else { Severity::Warning };
            diagnostics.push(Diagnostic { severity, ..Diagnostic::error("more-diagnostics", "", message) });
        }
        diagnostics
    }
}
