//! `reuse-surface man` and `reuse-surface reference`.

use std::path::PathBuf;

use clap::Args;

/// Write the manual pages, one for each command, into a folder
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface man ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// The folder; it is made if it is not there
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

/// Print the reference of the command line, as tools/README.md has it
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface reference > tools/README.md")]
pub(crate) struct Reference {}
