//! Verifies a database with SQLite's own checks and its stored digests.

use super::FileError;
use crate::database::{Transaction, read_with};
use crate::revisions::{self, Revision};
use crate::row::SoleColumn as _;
use crate::sqlite::Sqlite;
use crate::{fragments, snapshots, transparency};
use federation::digest::Digest;
use federation::transparency::{Hash, leaf_hash, root};
use rusqlite::Connection;
use std::path::Path;

/// The content of a verified database.
#[derive(Debug)]
pub struct Verified {
    /// The newest revision; `None` before the first.
    pub newest: Option<Revision>,
    /// Number of registered repos.
    pub repos: usize,
    /// Number of capabilities in the newest revision.
    pub capabilities: usize,
    /// Number of snapshots compared with their digests.
    pub snapshots: usize,
}

/// Verifies a database that no other process uses. It does not check fragments, which [`mend`](super::mend) can repair.
///
/// # Errors
/// If something is wrong, and what.
pub async fn verify(path: &Path) -> Result<Verified, FileError> {
    let database = Sqlite::at(path);
    check_structure(&database.open()?)?;
    read_with(&database, async |tx| {
        let names = tx.query("SELECT digest FROM snapshots", Vec::new()).await?;
        for row in &names {
            let name = row.text()?;
            let digest = Digest::parse(name).ok_or_else(|| not_whole(format!("a snapshot is called `{name}`")))?;
            snapshots::bytes(tx, &digest).await?;
        }
        let newest = revisions::newest(tx).await?;
        let lines: Vec<_> = revisions::composition(tx).await?.into_values().collect();
        revisions::verify(newest.as_ref(), lines.iter())?;
        for line in &lines {
            fragments::render(tx, line).await?;
        }
        check_log(tx).await?;
        let repos = tx.query("SELECT count(*) FROM registrations", Vec::new()).await?;
        Ok(Verified {
            newest,
            repos: repos.first().map_or(Ok(0), |row| row.count())?,
            capabilities: lines.iter().map(|line| line.capability_count).sum(),
            snapshots: names.len(),
        })
    })
    .await
}

fn check_structure(database: &Connection) -> Result<(), FileError> {
    let mut check = database.prepare("PRAGMA integrity_check(3)")?;
    let findings: Vec<String> = check.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if findings != ["ok"] {
        return Err(not_whole(findings.join("; ")));
    }
    if database.prepare("SELECT max(version) FROM migrations").is_err() {
        return Err(not_whole("it is not a hub's database: it has no table `migrations`".to_owned()));
    }
    match database.prepare("PRAGMA foreign_key_check")?.exists([])? {
        true => Err(not_whole("rows refer to rows that do not exist".to_owned())),
        false => Ok(()),
    }
}

/// Checks that the hashes of the transparency log are those of its leaves.
async fn check_log(tx: &mut impl Transaction) -> Result<(), FileError> {
    // A database of an older version has no log.
    if tx.try_query("SELECT history FROM log_identity", Vec::new()).await.is_err() {
        return Ok(());
    }
    let hashes: Vec<Hash> =
        transparency::leaves(tx).await?.iter().map(|(_, entry)| leaf_hash(entry.as_bytes())).collect();
    let size = transparency::state(tx).await?.size;
    match root(&hashes) == transparency::root_of(tx, size).await? {
        true => Ok(()),
        false => Err(not_whole("the hashes of the transparency log are not those of its leaves".to_owned())),
    }
}

fn not_whole(why: String) -> FileError {
    FileError::NotWhole(why)
}
