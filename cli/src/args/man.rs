//! `reuse-surface man` and `reuse-surface reference`.

use std::path::PathBuf;

use clap::Args;

/// Write the manual pages, one for each command, into a directory
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface man ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// The directory; created if it is missing
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

/// Print the command line reference, as in tools/README.md
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface reference > tools/README.md")]
pub(crate) struct Reference {}
