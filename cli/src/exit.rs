//! The exit codes, which scripts rely on.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked.
    Done = 0,
    /// The hub or the index said no.
    Refused = 1,
    /// The command line or the environment is not usable.
    Usage = 2,
    /// No hub answered at the base URL, or not in time.
    Unreachable = 3,
    /// The hub wants a token, or one with more rights (401, 403).
    Unauthorised = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
