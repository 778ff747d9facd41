//! `reuse-surface explain`.

use clap::Args;

/// Say what a code means and what to do about it
///
/// Codes stand in the errors of a hub, in diagnostics of an index, and as the reason of a source. No hub is asked. Without a code all are listed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 2 when the code is not known to this version.

Examples:
  reuse-surface explain repo-exists
  reuse-surface explain https://reuse.coulomb.social/problems/held-shrunk
  reuse-surface explain -o json | jq -r '.problems[].code'")]
pub(crate) struct Explain {
    /// The code, or the `type` of a problem document, which ends with it
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}
