//! `reuse-surface completions` and `explain`: information about the program itself.

use clap::Args;
use clap_complete::Shell;

const COMPLETIONS: &str = "\
Examples:
  reuse-surface completions bash > ~/.local/share/bash-completion/completions/reuse-surface
  reuse-surface completions zsh > ~/.zfunc/_reuse-surface
  reuse-surface completions fish > ~/.config/fish/completions/reuse-surface.fish";

/// Print the completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = COMPLETIONS)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

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
