//! Revisions: the append-only log, and the newest one in full.

use super::{StoreError, row::Columns as _};
use crate::ports::{Database, Row, Transaction};
use federation::compose::{Format, SourceLine};
use federation::digest::Digest;
use federation::time::Seconds;
use std::collections::BTreeMap;

/// One published composition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// From 1, without gaps.
    pub number: u64,
    /// Of its source list.
    pub digest: Digest,
    /// When it was composed.
    pub composed_at: Seconds,
}

/// What a reader gets now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The newest revision; `None` before the first.
    pub revision: Option<Revision>,
    /// Whether anything is registered at all.
    pub registered: bool,
}

const HEAD: &str = "SELECT v.number, v.digest, v.composed_at FROM revisions v ORDER BY v.number DESC LIMIT 1";

fn read(row: &Row) -> Result<Revision, StoreError> {
    Ok(Revision { number: row.count(0)?, digest: read_digest(row, 1)?, composed_at: row.integer(2)? })
}

fn read_digest(row: &Row, index: usize) -> Result<Digest, StoreError> {
    let text = row.text(index)?;
    Digest::parse(text).ok_or_else(|| StoreError::Unreadable(format!("`{text}` is not a digest")))
}

/// The newest revision, in one statement.
pub async fn head(database: &impl Database) -> Result<Head, StoreError> {
    match database.query(HEAD, Vec::new()).await?.first() {
        Some(row) => Ok(Head { revision: Some(read(row)?), registered: true }),
        None => {
            let registered = database.query("SELECT 1 FROM registrations LIMIT 1", Vec::new()).await?;
            Ok(Head { revision: None, registered: !registered.is_empty() })
        }
    }
}

/// The newest revision, inside a transaction.
pub async fn newest(tx: &mut impl Transaction) -> Result<Option<Revision>, StoreError> {
    tx.query(HEAD, Vec::new()).await?.first().map(read).transpose()
}

/// The source lines of the newest revision, by repo.
pub async fn composition(tx: &mut impl Transaction) -> Result<BTreeMap<String, SourceLine>, StoreError> {
    let rows = tx
        .query(
            "SELECT repo, url, domain, required, index_digest, capability_count FROM composition ORDER BY repo",
            Vec::new(),
        )
        .await?;
    rows.iter().map(|row| read_line(row).map(|line| (line.repo.clone(), line))).collect()
}

fn read_line(row: &Row) -> Result<SourceLine, StoreError> {
    Ok(SourceLine {
        repo: row.text(0)?.to_owned(),
        url: row.text(1)?.to_owned(),
        domain: row.text(2)?.to_owned(),
        required: row.flag(3)?,
        index_digest: read_digest(row, 4)?,
        capability_count: row.count(5)?,
    })
}

/// A source of the newest revision with its fragment.
pub struct Contribution {
    /// Its line in the document.
    pub line: SourceLine,
    /// Its fragment in the format asked for.
    pub fragment: String,
    /// The ids in it.
    pub ids: Vec<String>,
}

/// Everything the document of the newest revision is made of, ordered by repo.
pub async fn contributions(tx: &mut impl Transaction, format: Format) -> Result<Vec<Contribution>, StoreError> {
    let column = match format {
        Format::Json => "f.json",
        Format::Yaml => "f.yaml",
    };
    let sql = format!(
        "SELECT c.repo, c.url, c.domain, c.required, c.index_digest, c.capability_count, {column}, f.ids
         FROM composition c JOIN fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain
         ORDER BY c.repo"
    );
    let rows = tx.query(&sql, Vec::new()).await?;
    rows.iter()
        .map(|row| {
            let line = read_line(row)?;
            let ids = serde_json::from_str(row.text(7)?)
                .map_err(|e| StoreError::Unreadable(format!("ids of {}: {e}", line.repo)))?;
            Ok(Contribution { line, fragment: row.text(6)?.to_owned(), ids })
        })
        .collect()
}

/// What a revision does to one source.
pub enum Change {
    /// Adds it or replaces its line.
    Put(SourceLine),
    /// Removes it.
    Remove(String),
}

/// Who made a revision, and why.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Name of a token, or `hub`.
    pub actor: &'a str,
    /// Stable word: `register`, `update`, `deregister`, `refresh`, `release`.
    pub cause: &'a str,
}

/// Appends a revision that makes these changes to a composition that then is `after`.
pub async fn append(
    tx: &mut impl Transaction,
    revision: &Revision,
    origin: Origin<'_>,
    changes: &[Change],
    after: &BTreeMap<String, SourceLine>,
) -> Result<(), StoreError> {
    let capability_count: usize = after.values().map(|line| line.capability_count).sum();
    tx.query(
        "INSERT INTO revisions (number, digest, composed_at, actor, cause, source_count, capability_count)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        vec![
            revision.number.into(),
            revision.digest.as_str().into(),
            revision.composed_at.into(),
            origin.actor.into(),
            origin.cause.into(),
            after.len().into(),
            capability_count.into(),
        ],
    )
    .await?;
    for change in changes {
        match change {
            Change::Put(line) => put(tx, revision.number, line).await?,
            Change::Remove(repo) => remove(tx, revision.number, repo).await?,
        }
    }
    Ok(())
}

async fn put(tx: &mut impl Transaction, number: u64, line: &SourceLine) -> Result<(), StoreError> {
    let columns = || {
        vec![
            line.repo.as_str().into(),
            line.url.as_str().into(),
            line.domain.as_str().into(),
            line.required.into(),
            line.index_digest.as_str().into(),
            line.capability_count.into(),
        ]
    };
    let mut numbered = vec![number.into()];
    numbered.extend(columns());
    tx.query(
        "INSERT INTO revision_sources (revision, repo, url, domain, required, index_digest, capability_count)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        numbered,
    )
    .await?;
    tx.query(
        "INSERT INTO composition (repo, url, domain, required, index_digest, capability_count) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (repo) DO UPDATE SET url = excluded.url, domain = excluded.domain, required = excluded.required,
         index_digest = excluded.index_digest, capability_count = excluded.capability_count",
        columns(),
    )
    .await?;
    Ok(())
}

async fn remove(tx: &mut impl Transaction, number: u64, repo: &str) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO revision_sources (revision, repo, url, domain, required, index_digest, capability_count)
         VALUES ($1, $2, '', '', 0, '', 0)",
        vec![number.into(), repo.into()],
    )
    .await?;
    tx.query("DELETE FROM composition WHERE repo = $1", vec![repo.into()]).await?;
    Ok(())
}
