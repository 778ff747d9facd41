//! The failure of a command, as it is shown to the user.

use crate::exit::Exit;

/// The hint for a temporary failure of the operating system.
pub(crate) const TRY_AGAIN: &str = "try again later: the machine may be out of memory or file descriptors";

/// A failure, shown as `error:`, its causes, and `hint:`. The texts are escaped when they are printed, so they may contain data from a hub,
/// but never a secret.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What went wrong, without a full stop.
    pub(crate) what: String,
    /// The causes, outermost first, one line each.
    pub(crate) causes: Vec<String>,
    /// What to do next.
    pub(crate) hint: Option<String>,
}

/// The hint for a failure that only a bug in this program can cause.
pub(crate) const REPORT: &str = "this is a bug in reuse-surface: please report it with the command line";

impl Failure {
    /// A failure without causes or a hint.
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), causes: Vec::new(), hint: None }
    }

    /// The same failure with `causes`.
    pub(crate) fn because(mut self, causes: impl IntoIterator<Item = String>) -> Self {
        self.causes.extend(causes);
        self
    }

    /// The same failure with `hint`.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The messages of an error and its sources, without messages that only repeat the previous one.
pub(crate) fn chain(error: &dyn std::error::Error) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let message = error.to_string();
        if causes.last().is_none_or(|last| !last.ends_with(&message)) {
            causes.push(message);
        }
        next = error.source();
    }
    causes
}
