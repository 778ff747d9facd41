//! `reuse-surface federation …`.

mod commits;
mod compose;
mod diff;
mod head;
mod verify;

use super::connect::connect;
use crate::args::{FederationVerb, Global};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use std::time::Duration;

/// Timeout of a request in seconds.
const DEFAULT_TIMEOUT: u64 = 30;

pub(super) async fn run(verb: &FederationVerb, global: &Global, output: &Output) -> Result<Exit, Failure> {
    match verb {
        FederationVerb::Compose(args) => compose::run(args, output).await,
        FederationVerb::Verify(args) => {
            let timeout = Duration::from_secs(global.timeout.unwrap_or(DEFAULT_TIMEOUT));
            verify::run(args, &connect(&global.base_url, timeout, output)?, output).await
        }
        FederationVerb::Diff(args) => diff::run(args, output),
    }
}
