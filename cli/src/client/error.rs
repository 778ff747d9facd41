//! Why a request did not lead to an answer, and how that is told.

use std::time::Duration;

use federation::problem::answers as kinds;

use super::{Base, Problem, causes};
use crate::exit::Exit;
use crate::failure::{Failure, chain};

/// Why there is no answer of the hub.
#[derive(Debug)]
pub(crate) enum Error {
    /// The machine cannot check the certificate of any hub.
    NoTrust {
        /// Why, outermost first.
        causes: Vec<String>,
    },
    /// No connection, or it broke.
    NotReachable {
        /// The base URL.
        hub: String,
        /// The transport's own words, outermost first.
        causes: Vec<String>,
    },
    /// The answer did not come in time.
    TimedOut {
        /// The base URL.
        hub: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The hub said no.
    Problem(Box<Problem>),
    /// Something answered, but not as a hub does: a proxy's page, a redirect, broken JSON.
    Unexpected {
        /// The base URL.
        hub: String,
        /// The HTTP status.
        status: u16,
        /// What came instead, as the object of "answered with".
        what: String,
    },
}

impl Error {
    pub(super) fn not_reachable(base: &Base, error: &reqwest::Error) -> Self {
        Self::NotReachable { hub: base.to_string(), causes: beneath(error) }
    }

    pub(super) fn no_trust(error: &reqwest::Error) -> Self {
        Self::NoTrust { causes: beneath(error) }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NoTrust { causes } => Self::new(Exit::Usage, "there are no certificates to check an https hub by")
                .because(causes)
                .hint("install the system's CA certificates, or set SSL_CERT_FILE to a file of them"),
            Error::NotReachable { hub, causes } => {
                let remedy = causes::remedy(&causes)
                    .unwrap_or("see whether it runs, and whether --base-url or REUSE_SURFACE_URL names it");
                Self::new(Exit::Unreachable, format!("the hub at {hub} is not reachable"))
                    .because(causes::telling(causes))
                    .hint(remedy)
            }
            Error::TimedOut { hub, after } => {
                let what = format!("the hub at {hub} did not answer within {} s", after.as_secs());
                Self::new(Exit::Unreachable, what).hint(
                    "wait longer with --timeout SECONDS; a write may have been done: see `reuse-surface hub list`",
                )
            }
            Error::Problem(problem) => {
                // Another 429 is a proxy's, and says nothing of the token.
                let exit = match problem.is(&kinds::TOO_MANY_FAILURES) {
                    true => Exit::Unauthorised,
                    false => by_status(problem.status, Exit::Refused),
                };
                let mut failure = Self::new(exit, problem.summary());
                failure.hint = Some(problem.hint().to_owned());
                failure.because(problem.lines())
            }
            Error::Unexpected { hub, status, what } => {
                let exit = by_status(status, Exit::Unreachable);
                Self::new(exit, format!("{hub} answered with status {status} and {what}"))
                    .hint("is this a reuse-surface hub? See whether --base-url or REUSE_SURFACE_URL names one")
            }
        }
    }
}

/// The causes alone: the outermost message only repeats the URL.
fn beneath(error: &reqwest::Error) -> Vec<String> {
    std::error::Error::source(error).map(chain).unwrap_or_default()
}

fn by_status(status: u16, otherwise: Exit) -> Exit {
    if matches!(status, 401 | 403) { Exit::Unauthorised } else { otherwise }
}
