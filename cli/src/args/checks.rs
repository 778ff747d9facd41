//! `reuse-surface doctor` and `smoke`: checks of a hub, and of the connection to it.

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

/// Check a hub from outside, for example after a deployment
///
/// Checks health, TLS, the federated document with its digest and ETag, and that a write without a token is refused. With a token, also
/// performs a round trip: creates a disabled registration under a unique name, reads it, changes it, tests its ETag, and removes it; and
/// has the hub fetch the index of a fresh source. Nothing is published and nothing is left behind, even if the check is interrupted.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The token comes from REUSE_SURFACE_TOKEN; the registration's name begins with `smoke-`. A check is ok, failed or skipped. Exits with 1 if a \
check failed, 3 if no hub answers, and 4 if the hub does not accept the token.

Examples:
  reuse-surface smoke
  REUSE_SURFACE_TOKEN=\"$(cat token)\" reuse-surface smoke --base-url https://reuse.coulomb.social
  reuse-surface smoke --read-only -o json | jq -e .ok")]
pub(crate) struct Smoke {
    /// Send only reads: skip the write that must be refused, the round trip and the fetch by the hub
    #[arg(long)]
    pub(crate) read_only: bool,
}
