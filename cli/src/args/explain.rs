//! `reuse-surface explain`.

use clap::Args;

/// Explain what a code means and what to do about it
///
/// Codes occur in the errors of a hub, in the diagnostics of an index, and as the reason for the state of a source. No hub is contacted.
/// Without a code, all codes are listed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 2 if this version does not know the code.

Examples:
  reuse-surface explain repo-exists
  reuse-surface explain https://reuse.coulomb.social/problems/held-shrunk
  reuse-surface explain -o json | jq -r '.problems[].code'")]
pub(crate) struct Explain {
    /// The code, or the `type` of a problem document, which ends with the code
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}
