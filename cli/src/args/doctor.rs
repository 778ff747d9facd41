//! `reuse-surface doctor`.

use clap::Args;

/// Find out why this machine and the hub do not get on
///
/// Looks at the settings, whether a hub answers at the base URL, TLS, the versions, the clocks, and at what the token allows. Nothing is
/// written, here or there. `reuse-surface smoke` is the check of the hub itself.
#[derive(Debug, Args)]
#[command(after_long_help = "\
A check is ok, warn, failed or skipped, each with what to do. Exits as the first check that failed: 2 for the settings, 3 when no hub answers, \
4 when the hub does not take the token. Warnings do not change the exit code.

Examples:
  reuse-surface doctor
  reuse-surface doctor --base-url http://127.0.0.1:8080
  reuse-surface doctor -o json | jq '.checks[] | select(.outcome != \"ok\")'")]
pub(crate) struct Doctor {}
