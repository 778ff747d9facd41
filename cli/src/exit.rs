//! The exit codes, on which scripts rely.

use std::process::ExitCode;

/// The exit code of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The command succeeded.
    Done = 0,
    /// The hub refused, or a check failed.
    Refused = 1,
    /// The command line or the environment is unusable.
    Usage = 2,
    /// No hub answered at the base URL in time.
    Unreachable = 3,
    /// The hub needs a token, or one with more rights (401, 403).
    Unauthorised = 4,
    /// A dry run with `--exit-code` would change something.
    Differs = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
