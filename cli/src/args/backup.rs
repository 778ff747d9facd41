//! `reuse-surface backup` and `reuse-surface restore`.

use super::serve::{DatabaseUrl, database};
use crate::env;
use clap::Args;
use std::path::PathBuf;

/// Copy the database of a hub into one file while the hub is running
///
/// The file is a SQLite database, even if the hub uses PostgreSQL. The copy is a consistent snapshot of the database. It is verified before
/// it gets its name: with SQLite's integrity check, the digest of every snapshot, and the newest revision, which is composed again from its
/// snapshots. A copy that fails verification is deleted.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface backup --data-dir /var/lib/reuse-surface /backup/daily.db --force
  reuse-surface backup \"reuse-surface-$(date -u +%F).db\" -o json | jq -r .digest
  REUSE_SURFACE_DATABASE_URL=\"$(cat url)\" reuse-surface backup daily.db

The file contains token hashes. Only its owner can read it.")]
pub(crate) struct Backup {
    /// The file to write
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// The directory that contains the database
    #[arg(long, value_name = "PATH", env = env::DATA_DIR, default_value = "./data")]
    pub(crate) data_dir: PathBuf,

    /// The PostgreSQL database to copy instead of the file in the directory, such as postgres://hub:password@db.example.org/hub
    #[arg(long, value_name = "URL", env = env::DATABASE_URL, hide_env_values = true, value_parser = database)]
    pub(crate) database_url: Option<DatabaseUrl>,

    /// The certificate of the CA that must have issued PostgreSQL's certificate, as PEM [default: the CAs that this machine trusts]
    #[arg(long, value_name = "PEM", env = env::DATABASE_CA, hide_env_values = true, requires = "database_url")]
    pub(crate) database_ca: Option<String>,

    /// Replace an existing file, once the new one is verified
    #[arg(long)]
    pub(crate) force: bool,
}

/// Replace a hub's database with a backup while the hub is stopped
///
/// The backup is verified first, as with `backup`. The previous database is kept in the same directory. Revision numbers are never reused:
/// if revisions were published after the backup was made, the content of the backup is published under a higher number.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface restore --data-dir /var/lib/reuse-surface /backup/daily.db
  reuse-surface restore reuse-surface-2026-11-24.db -o json

Then start the hub and run `reuse-surface hub compose --force` to fetch what the sources have published since the backup. Tokens that were revoked \
after the backup are valid again until you revoke them again.")]
pub(crate) struct Restore {
    /// The backup file
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// The directory that contains the database; created if it is missing
    #[arg(long, value_name = "PATH", env = env::DATA_DIR, default_value = "./data")]
    pub(crate) data_dir: PathBuf,
}
