//! `reuse-surface backup` and `reuse-surface restore`.

use std::path::PathBuf;

use clap::Args;

use crate::env;

/// Copy the database of a hub into one file, while the hub serves
///
/// The copy is one moment of the database. Before it gets its name it is verified: SQLite's own check, the digest of every snapshot, and the
/// newest revision composed again from its snapshots. A copy that fails is not kept.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface backup --data-dir /var/lib/reuse-surface /backup/daily.db --force
  reuse-surface backup \"reuse-surface-$(date -u +%F).db\" -o json | jq -r .digest

The file holds the hashes of tokens, and only its owner may read it.")]
pub(crate) struct Backup {
    /// The file to write
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// The directory that holds the database
    #[arg(long, value_name = "PATH", env = env::DATA_DIR, default_value = "./data")]
    pub(crate) data_dir: PathBuf,

    /// Replace the file if it is there, once the new one is verified
    #[arg(long)]
    pub(crate) force: bool,
}

/// Put a backup in the place of a hub's database, while no hub serves it
///
/// The backup is verified first, as `backup` does. The database that was there is kept beside it. Numbers of revisions are never given twice:
/// if revisions were published after the backup was made, its content is published under a number above theirs.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface restore --data-dir /var/lib/reuse-surface /backup/daily.db
  reuse-surface restore reuse-surface-2026-11-24.db -o json

Then start the hub, and run `reuse-surface hub compose --force`: what the sources published since counts at once. Tokens that were revoked since \
the backup are valid again until they are revoked again.")]
pub(crate) struct Restore {
    /// The backup
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// The directory that holds the database; made if it is missing
    #[arg(long, value_name = "PATH", env = env::DATA_DIR, default_value = "./data")]
    pub(crate) data_dir: PathBuf,
}
