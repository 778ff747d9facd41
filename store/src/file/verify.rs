//! Whether a database is whole: what SQLite can tell, and what the digests in it can.

use super::FileError;
use crate::database::{Database as _, Transaction as _};
use crate::revisions::{self, Revision};
use crate::row::Columns as _;
use crate::sqlite::Sqlite;
use crate::{fragments, snapshots};
use federation::digest::Digest;
use rusqlite::Connection;
use std::path::Path;

/// What a whole database holds.
#[derive(Debug)]
pub struct Verified {
    /// The newest revision; `None` before the first.
    pub newest: Option<Revision>,
    /// How many repos are registered.
    pub repos: usize,
    /// How many capabilities the newest revision has.
    pub capabilities: usize,
    /// How many snapshots were compared with their digests.
    pub snapshots: usize,
}

/// Verifies a database that nobody else uses. Fragments are left out: what is wrong with them [`mend`](super::mend) can mend.
///
/// # Errors
/// What is wrong.
pub async fn verify(path: &Path) -> Result<Verified, FileError> {
    let database = Sqlite::at(path);
    check_structure(&database.open()?)?;
    let mut tx = database.read().await?;
    let names = tx.query("SELECT digest FROM snapshots", Vec::new()).await?;
    for row in &names {
        let name = row.text(0)?;
        let digest = Digest::parse(name).ok_or_else(|| not_whole(format!("a snapshot is called `{name}`")))?;
        snapshots::bytes(&mut tx, &digest).await?;
    }
    let newest = revisions::newest(&mut tx).await?;
    let lines: Vec<_> = revisions::composition(&mut tx).await?.into_values().collect();
    revisions::verify(newest.as_ref(), &lines)?;
    for line in &lines {
        fragments::render(&mut tx, line).await?;
    }
    let repos = tx.query("SELECT count(*) FROM registrations", Vec::new()).await?;
    Ok(Verified {
        newest,
        repos: repos.first().map_or(Ok(0), |row| row.count(0))?,
        capabilities: lines.iter().map(|line| line.capability_count).sum(),
        snapshots: names.len(),
    })
}

fn check_structure(database: &Connection) -> Result<(), FileError> {
    let mut check = database.prepare("PRAGMA integrity_check(3)")?;
    let findings: Vec<String> = check.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if findings != ["ok"] {
        return Err(not_whole(findings.join("; ")));
    }
    if database.prepare("SELECT max(version) FROM migrations").is_err() {
        return Err(not_whole("it is no database of a hub: it has no table `migrations`".to_owned()));
    }
    match database.prepare("PRAGMA foreign_key_check")?.exists([])? {
        true => Err(not_whole("rows refer to rows that are not there".to_owned())),
        false => Ok(()),
    }
}

fn not_whole(why: String) -> FileError {
    FileError::NotWhole(why)
}
