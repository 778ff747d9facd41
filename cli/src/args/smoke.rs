//! `reuse-surface smoke`.

use clap::Args;

/// Check a hub from outside, for example after a deployment
///
/// Checks health, TLS, the federated document with its digest and ETag, and that a write without a token is refused. With a token, also
/// performs a round trip: creates a disabled registration under a unique name, reads it, changes it, tests its ETag, and removes it; and
/// lets the hub fetch an index that is fresh. Nothing is published and nothing is left behind, even if the check is interrupted.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The token comes from REUSE_SURFACE_TOKEN; the registration's name begins with `smoke-`. A check is ok, failed or skipped. Exits with 1 if a \
check failed, 3 if no hub answers, and 4 if the hub does not accept the token.

Examples:
  reuse-surface smoke
  REUSE_SURFACE_TOKEN=\"$(cat token)\" reuse-surface smoke --base-url https://reuse.coulomb.social
  reuse-surface smoke --read-only -o json | jq -e .ok")]
pub(crate) struct Smoke {
    /// Send only reads: skip the write that must be refused, and the round trip
    #[arg(long)]
    pub(crate) read_only: bool,
}
