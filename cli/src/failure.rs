//! What is told to the person when a command could not do what was asked.

use crate::exit::Exit;

/// A failure, ready to be shown as `error:`, its causes, and `hint:`. The texts are plain: they are escaped where they
/// are printed, so they may hold what a hub sent, but never a secret.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The code the program ends with.
    pub(crate) exit: Exit,
    /// What went wrong, without a full stop.
    pub(crate) what: String,
    /// Why, outermost first, one line each.
    pub(crate) causes: Vec<String>,
    /// What to do next.
    pub(crate) hint: Option<String>,
}

/// For what only a mistake in this program can bring about.
pub(crate) const REPORT: &str = "this is a mistake in reuse-surface: please report it, with the command line";

impl Failure {
    /// A failure without causes and without a hint.
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

/// The messages of an error and of everything beneath it; a message that only repeats the one before it is left out.
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
