//! Upstreams: what the operator set, how far they were followed, and the lines that they publish.

use crate::database::{Database, Row, Transaction, Value};
use crate::registrations::new_incarnation;
use crate::row::{Reader, SoleColumn as _, placeholders};
use crate::{StoreError, needs};
use federation::compose::SourceLine;
use federation::digest::Digest;
use federation::problem::Code;
use federation::time::Seconds;
use federation::upstream::{Upstream, UpstreamRecord, actor};
use std::collections::BTreeMap;

/// Migration step: creates the tables of upstreams and their lines.
pub(super) const TABLES: &[&str] = &[
    // Definition, record and lines are JSON: the domain alone reads their parts.
    "CREATE TABLE upstreams (
        name TEXT PRIMARY KEY NOT NULL, definition TEXT NOT NULL, record TEXT NOT NULL, created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL, created_by TEXT NOT NULL, incarnation INTEGER NOT NULL, next_attempt_at INTEGER NOT NULL)",
    // All lines of the newest revision that is known. `verdict` is `valid`, the code of a refusal, or empty if the index was not read.
    "CREATE TABLE upstream_lines (
        upstream TEXT NOT NULL, repo TEXT NOT NULL, line TEXT NOT NULL, index_digest TEXT NOT NULL, verdict TEXT NOT NULL,
        PRIMARY KEY (upstream, repo))",
    "CREATE INDEX upstream_lines_of_repo ON upstream_lines (repo)",
    "CREATE INDEX upstream_lines_of_index ON upstream_lines (index_digest)",
];

/// Maximum number of upstreams of a hub.
pub const MAX_UPSTREAMS: usize = 16;

/// The verdict on an index that may be published.
pub const VALID: &str = "valid";

/// Rows that one statement reads or writes.
const ROWS_PER_STATEMENT: usize = 100;

/// Time of the next attempt of upstreams that are no longer followed.
const NEVER: i64 = i64::MAX;

/// An upstream with the fields that the hub sets.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its name.
    pub name: String,
    /// The fields that the operator sets.
    pub upstream: Upstream,
    /// How far it was followed.
    pub record: UpstreamRecord,
    /// When it was created.
    pub created_at: Seconds,
    /// When it was last set.
    pub updated_at: Seconds,
    /// Name of the token that created it.
    pub created_by: String,
    /// Distinguishes it from what the operator set before under this name.
    pub incarnation: i64,
}

impl Stored {
    /// A new upstream, which is due.
    pub fn new(name: &str, upstream: Upstream, created_by: &str, now: Seconds) -> Self {
        Self {
            name: name.to_owned(),
            upstream,
            record: UpstreamRecord::default(),
            created_at: now,
            updated_at: now,
            created_by: created_by.to_owned(),
            incarnation: new_incarnation(),
        }
    }
}

const COLUMNS: &str = "name, definition, record, created_at, updated_at, created_by, incarnation";

fn read(row: &Row) -> Result<Stored, StoreError> {
    let mut row = Reader::of(row);
    Ok(Stored {
        name: row.string()?,
        upstream: parsed(row.text()?)?,
        // Without its record, an upstream is read from the beginning.
        record: serde_json::from_str(row.text()?).unwrap_or_default(),
        created_at: row.integer()?,
        updated_at: row.integer()?,
        created_by: row.string()?,
        incarnation: row.integer()?,
    })
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|e| StoreError::Unreadable(format!("an upstream: {e}")))
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Unreadable(e.to_string()))
}

/// One upstream; `None` if there is none of this name.
pub async fn get(tx: &mut impl Transaction, name: &str) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM upstreams WHERE name = $1");
    tx.query(&sql, vec![name.into()]).await?.first().map(read).transpose()
}

/// All upstreams, ordered by name.
pub async fn all(tx: &mut impl Transaction) -> Result<Vec<Stored>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM upstreams ORDER BY name LIMIT {MAX_UPSTREAMS}");
    tx.query(&sql, Vec::new()).await?.iter().map(read).collect()
}

/// The upstreams that are due, those that have waited longest first.
pub async fn due(database: &impl Database, now: Seconds) -> Result<Vec<Stored>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM upstreams WHERE next_attempt_at <= $1 ORDER BY next_attempt_at, name LIMIT {MAX_UPSTREAMS}"
    );
    database.query(&sql, vec![now.into()]).await?.iter().map(read).collect()
}

/// Stores an upstream.
pub async fn save(tx: &mut impl Transaction, stored: &Stored) -> Result<(), StoreError> {
    let parameters: Vec<Value> = vec![
        stored.name.as_str().into(),
        json(&stored.upstream)?.into(),
        json(&stored.record)?.into(),
        stored.created_at.into(),
        stored.updated_at.into(),
        stored.created_by.as_str().into(),
        stored.incarnation.into(),
        stored.record.due_at().unwrap_or(NEVER).into(),
    ];
    tx.query(
        "INSERT INTO upstreams (name, definition, record, created_at, updated_at, created_by, incarnation, next_attempt_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO UPDATE SET definition = excluded.definition,
         record = excluded.record, updated_at = excluded.updated_at, incarnation = excluded.incarnation,
         next_attempt_at = excluded.next_attempt_at",
        parameters,
    )
    .await?;
    // An older program would fetch what an upstream offers as if it were registered here.
    needs::version(tx, needs::UPSTREAMS).await
}

/// Deletes an upstream with its lines.
pub async fn delete(tx: &mut impl Transaction, name: &str) -> Result<(), StoreError> {
    forget_lines(tx, name).await?;
    tx.query("DELETE FROM upstreams WHERE name = $1", vec![name.into()]).await?;
    Ok(())
}

/// All lines of an upstream, by repo.
pub async fn lines(tx: &mut impl Transaction, name: &str) -> Result<BTreeMap<String, SourceLine>, StoreError> {
    let sql = "SELECT line FROM upstream_lines WHERE upstream = $1 ORDER BY repo";
    let rows = tx.query(sql, vec![name.into()]).await?;
    rows.iter().map(|row| parsed(row.text()?).map(|line: SourceLine| (line.repo.clone(), line))).collect()
}

/// Forgets all lines of an upstream.
pub async fn forget_lines(tx: &mut impl Transaction, name: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM upstream_lines WHERE upstream = $1", vec![name.into()]).await?;
    Ok(())
}

/// Stores lines of an upstream, each with the verdict on its index; empty if that was not read.
pub async fn put_lines(tx: &mut impl Transaction, name: &str, lines: &[(&SourceLine, &str)]) -> Result<(), StoreError> {
    for lines in lines.chunks(ROWS_PER_STATEMENT) {
        let (mut rows, mut parameters): (Vec<String>, Vec<Value>) = (Vec::new(), Vec::new());
        for (line, verdict) in lines {
            rows.push(format!("({})", placeholders(parameters.len() + 1, 5)));
            parameters.extend([name.into(), line.repo.as_str().into(), json(line)?.into()]);
            parameters.extend([line.index_digest.as_str().into(), (*verdict).into()]);
        }
        let sql = format!(
            "INSERT INTO upstream_lines (upstream, repo, line, index_digest, verdict) VALUES {} ON CONFLICT (upstream, repo)
             DO UPDATE SET line = excluded.line, index_digest = excluded.index_digest, verdict = excluded.verdict",
            rows.join(", ")
        );
        tx.query(&sql, parameters).await?;
    }
    Ok(())
}

/// Removes the lines of these repos.
pub async fn remove_lines(tx: &mut impl Transaction, name: &str, repos: &[&str]) -> Result<(), StoreError> {
    for repos in repos.chunks(ROWS_PER_STATEMENT) {
        let sql =
            format!("DELETE FROM upstream_lines WHERE upstream = $1 AND repo IN ({})", placeholders(2, repos.len()));
        tx.query(&sql, std::iter::once(name).chain(repos.iter().copied()).map(Value::from).collect()).await?;
    }
    Ok(())
}

/// The lines with a valid index that upstreams have for these repos, with the name of the upstream.
pub async fn lines_of(tx: &mut impl Transaction, repos: &[&str]) -> Result<Vec<(String, SourceLine)>, StoreError> {
    let mut found = Vec::new();
    for repos in repos.chunks(ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT upstream, line FROM upstream_lines WHERE verdict = '{VALID}' AND repo IN ({})",
            placeholders(1, repos.len())
        );
        for row in &tx.query(&sql, repos.iter().map(|repo| (*repo).into()).collect()).await? {
            let mut row = Reader::of(row);
            found.push((row.string()?, parsed(row.text()?)?));
        }
    }
    Ok(found)
}

/// How many lines an upstream has, and how many of them are published here.
pub async fn counts(tx: &mut impl Transaction, name: &str) -> Result<(usize, usize), StoreError> {
    let rows = tx
        .query(
            "SELECT (SELECT count(*) FROM upstream_lines WHERE upstream = $1),
             (SELECT count(*) FROM registrations WHERE registered_by = $2)",
            vec![name.into(), actor(name).into()],
        )
        .await?;
    rows.first().map_or(Ok((0, 0)), |row| {
        let mut row = Reader::of(row);
        Ok((row.count()?, row.count()?))
    })
}

/// A repo of an upstream that is published from elsewhere, with another index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HopConflict {
    /// The repo.
    pub repo: String,
    /// The index that the upstream has.
    pub offered: Digest,
    /// The index that is published.
    pub published: Digest,
    /// Who registered what is published: the name of a token, or the actor of another upstream.
    pub registered_by: String,
}

const CONFLICTS: &str =
    "FROM upstream_lines u JOIN composition c ON c.repo = u.repo JOIN registrations r ON r.repo = u.repo
     WHERE u.upstream = $1 AND u.verdict <> '' AND c.index_digest <> u.index_digest AND r.registered_by <> $2";

/// The first `limit` conflicts of an upstream with what is published, by repo, and how many there are in all.
pub async fn conflicts(
    tx: &mut impl Transaction,
    name: &str,
    limit: usize,
) -> Result<(Vec<HopConflict>, usize), StoreError> {
    let parameters = || -> Vec<Value> { vec![name.into(), actor(name).into()] };
    let rows = tx.query(&format!("SELECT count(*) {CONFLICTS}"), parameters()).await?;
    let total = rows.first().map_or(Ok(0), |row| row.count())?;
    let sql = format!(
        "SELECT u.repo, u.index_digest, c.index_digest, r.registered_by {CONFLICTS} ORDER BY u.repo LIMIT {limit}"
    );
    let read = |row: &Row| {
        let mut row = Reader::of(row);
        let (repo, offered, published) = (row.string()?, row.digest()?, row.digest()?);
        Ok(HopConflict { repo, offered, published, registered_by: row.string()? })
    };
    let listed: Result<_, StoreError> = tx.query(&sql, parameters()).await?.iter().map(read).collect();
    Ok((listed?, total))
}

/// The first `limit` repos of an upstream whose index is refused, with the code, and how many there are in all.
pub async fn refused(
    tx: &mut impl Transaction,
    name: &str,
    limit: usize,
) -> Result<(Vec<(String, Code)>, usize), StoreError> {
    let refused = format!("FROM upstream_lines WHERE upstream = $1 AND verdict NOT IN ('', '{VALID}')");
    let rows = tx.query(&format!("SELECT count(*) {refused}"), vec![name.into()]).await?;
    let total = rows.first().map_or(Ok(0), |row| row.count())?;
    let sql = format!("SELECT repo, verdict {refused} ORDER BY repo LIMIT {limit}");
    let rows = tx.query(&sql, vec![name.into()]).await?;
    let read = |row: &Row| {
        let mut row = Reader::of(row);
        Ok((row.string()?, Code::stored(row.string()?)))
    };
    let listed: Result<_, StoreError> = rows.iter().map(read).collect();
    Ok((listed?, total))
}
