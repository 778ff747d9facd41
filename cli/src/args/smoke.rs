//! `reuse-surface smoke`.

use clap::Args;

/// Check a hub from outside, as after a deployment
///
/// Health, TLS, the federated document with its digest and its ETag, and that a write without a token is refused. With a token also a
/// whole round trip: a disabled registration of a name of its own is made, read, changed, protected by its ETag, and removed; and the hub
/// fetches an index that is fresh. Nothing is published and nothing is left behind, also when the check is interrupted.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The token comes from REUSE_SURFACE_TOKEN; the names it writes begin with `smoke-`. A check is ok, failed or skipped. Exits with 1 when one \
failed, with 3 when no hub answers, and with 4 when the hub does not take the token.

Examples:
  reuse-surface smoke
  REUSE_SURFACE_TOKEN=\"$(cat token)\" reuse-surface smoke --base-url https://reuse.coulomb.social
  reuse-surface smoke --read-only -o json | jq -e .ok")]
pub(crate) struct Smoke {
    /// Send reads alone: no write that is to be refused, and no round trip
    #[arg(long)]
    pub(crate) read_only: bool,
}
