//! `reuse-surface completions`.

use clap::Args;
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  reuse-surface completions bash > ~/.local/share/bash-completion/completions/reuse-surface
  reuse-surface completions zsh > ~/.zfunc/_reuse-surface
  reuse-surface completions fish > ~/.config/fish/completions/reuse-surface.fish";

/// Print the completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}
