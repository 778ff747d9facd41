//! `reuse-surface doctor`.

use clap::Args;

/// Diagnose problems between this machine and the hub
///
/// Checks the settings, whether a hub answers at the base URL, TLS, the versions, the clocks, and the scopes of the token. Nothing is
/// written on this machine or on the hub. To check the hub itself, use `reuse-surface smoke`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
A check is ok, warn, failed or skipped; warnings and failures say what to do. The exit code is that of the first failed check: 2 for the settings, \
3 if no hub answers, 4 if the hub does not accept the token. Warnings do not change the exit code.

Examples:
  reuse-surface doctor
  reuse-surface doctor --base-url http://127.0.0.1:8080
  reuse-surface doctor -o json | jq '.checks[] | select(.outcome != \"ok\")'")]
pub(crate) struct Doctor {}
