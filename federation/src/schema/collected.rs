//! Violations while they are collected.

use crate::findings::{Finding, LeftOut};
use crate::limits::MAX_COUNTED_VIOLATIONS;

/// Violations up to a limit, and a count of the others.
pub(super) struct Collected<'v> {
    found: Vec<Finding<'v>>,
    max_findings: usize,
    left_out: LeftOut,
}

impl<'v> Collected<'v> {
    pub(super) fn up_to(max_findings: usize) -> Self {
        Self { found: Vec::new(), max_findings, left_out: LeftOut::default() }
    }

    pub(super) fn add(&mut self, finding: impl FnOnce() -> Finding<'v>) {
        if self.found.len() < self.max_findings {
            self.found.push(finding());
        } else if self.is_enough() {
            self.left_out.and_more = true;
        } else {
            self.left_out.counted += 1;
        }
    }

    /// Whether no more need to be looked for.
    pub(super) fn is_enough(&self) -> bool {
        self.found.len() + self.left_out.counted >= self.max_findings.max(MAX_COUNTED_VIOLATIONS)
    }

    /// Notes that there may be more, which were not counted.
    pub(super) fn stop(&mut self) {
        self.left_out.and_more = true;
    }

    pub(super) fn into_parts(self) -> (Vec<Finding<'v>>, LeftOut) {
        (self.found, self.left_out)
    }
}
