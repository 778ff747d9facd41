//! Why a request failed, and how the failure is reported.

use super::{Base, Problem, causes};
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use federation::problem::answers as kinds;
use std::time::Duration;

/// Why the hub did not respond with a success.
#[derive(Debug)]
pub(crate) enum Error {
    /// The machine has no certificates to verify a hub with.
    NoTrust {
        /// Why, outermost first.
        causes: Vec<String>,
    },
    /// There is no connection, or it was lost.
    NotReachable {
        /// The base URL.
        hub: String,
        /// The transport's error messages, outermost first.
        causes: Vec<String>,
    },
    /// The response did not arrive in time.
    TimedOut {
        /// The base URL.
        hub: String,
        /// How long the client waited.
        after: Duration,
    },
    /// The hub responded with a problem.
    Problem(Box<Problem>),
    /// Something responded, but not as a hub does: a proxy's page, a redirect, broken JSON.
    Unexpected {
        /// The base URL.
        hub: String,
        /// The HTTP status.
        status: u16,
        /// What was received instead, as the object of "responded with".
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
            Error::NoTrust { causes } => {
                Self::new(Exit::Usage, "there are no CA certificates to verify an https hub with")
                    .because(causes)
                    .hint("install the system's CA certificates, or set SSL_CERT_FILE to a file with them")
            }
            Error::NotReachable { hub, causes } => {
                let remedy = causes::remedy(&causes)
                    .unwrap_or("check whether it is running, and --base-url or REUSE_SURFACE_URL");
                Self::new(Exit::Unreachable, format!("the hub at {hub} is not reachable"))
                    .because(causes::useful_causes(causes))
                    .hint(remedy)
            }
            Error::TimedOut { hub, after } => {
                let what = format!("the hub at {hub} did not answer within {} s", after.as_secs());
                Self::new(Exit::Unreachable, what).hint(
                    "wait longer with --timeout SECONDS; a write may have succeeded: check with `reuse-surface hub list`",
                )
            }
            Error::Problem(problem) => {
                // Any other 429 is from a proxy and says nothing about the token.
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
                Self::new(exit, format!("{hub} responded with status {status} and {what}"))
                    .hint("check that --base-url or REUSE_SURFACE_URL is the URL of a reuse-surface hub")
            }
        }
    }
}

/// The causes without the outermost message, which only repeats the URL.
fn beneath(error: &reqwest::Error) -> Vec<String> {
    std::error::Error::source(error).map(chain).unwrap_or_default()
}

fn by_status(status: u16, otherwise: Exit) -> Exit {
    if matches!(status, 401 | 403) { Exit::Unauthorised } else { otherwise }
}
