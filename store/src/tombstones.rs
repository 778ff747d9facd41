//! What remains of capabilities that were removed, for as long as the revision that removed them is kept.

use crate::StoreError;
use crate::database::{Row, Transaction};
use crate::revisions::steps::Changed;
use crate::row::{Reader, SoleColumn as _};
use crate::statement::Statement;
use federation::diff::Op;
use federation::limits::MAX_CAPABILITIES;
use federation::withdrawn::{Tombstone, Withdrawn};

/// Migration step: creates the table of removed capabilities. `replaced_by` is empty if no successor was named.
pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE tombstones (
        id TEXT NOT NULL, repo TEXT NOT NULL, revision INTEGER NOT NULL, name TEXT NOT NULL, replaced_by TEXT NOT NULL,
        PRIMARY KEY (id, repo))",
    "CREATE INDEX tombstones_of ON tombstones (repo, revision)",
    "CREATE INDEX tombstones_since ON tombstones (revision)",
];

/// Rows that one statement writes.
const ROWS_PER_STATEMENT: usize = 200;

/// Maximum tombstones of a repo; the oldest go first.
const MAX_OF_REPO: usize = MAX_CAPABILITIES;

/// Maximum tombstones of one id that are read.
const MAX_OF_ID: usize = 20;

/// Records that a revision changes these capabilities of a repo, and removes `gone`.
pub async fn changed(
    tx: &mut impl Transaction,
    revision: u64,
    repo: &str,
    changed: &[Changed],
    gone: &[Withdrawn],
) -> Result<(), StoreError> {
    let there: usize = count(tx, repo).await?;
    if there > 0 {
        let back: Vec<String> = changed.iter().filter(|it| it.op == Op::Added).map(|it| it.id.clone()).collect();
        for ids in back.chunks(ROWS_PER_STATEMENT) {
            let mut s = Statement::default();
            let (repo, ids) = (s.bind(repo), s.bind_list(ids));
            s.push(&format!("DELETE FROM tombstones WHERE repo = {repo} AND id IN ({ids})"));
            tx.query(&s.sql, s.parameters).await?;
        }
    }
    for batch in gone.chunks(ROWS_PER_STATEMENT) {
        let mut s = Statement::default();
        s.push("INSERT INTO tombstones (id, repo, revision, name, replaced_by) VALUES ");
        s.push_rows(batch.iter().map(|it| {
            let replaced_by = it.replaced_by.as_deref().unwrap_or_default();
            [it.id.as_str().into(), repo.into(), revision.into(), it.name.as_str().into(), replaced_by.into()]
                as [crate::database::Value; 5]
        }));
        s.push(
            " ON CONFLICT (id, repo) DO UPDATE SET revision = excluded.revision, name = excluded.name,
              replaced_by = excluded.replaced_by",
        );
        tx.query(&s.sql, s.parameters).await?;
    }
    if there + gone.len() > MAX_OF_REPO {
        let excess = count(tx, repo).await?.saturating_sub(MAX_OF_REPO);
        let oldest = "DELETE FROM tombstones WHERE repo = $1 AND id IN
             (SELECT id FROM tombstones WHERE repo = $1 ORDER BY revision, id LIMIT $2)";
        tx.query(oldest, vec![repo.into(), excess.into()]).await?;
    }
    Ok(())
}

async fn count(tx: &mut impl Transaction, repo: &str) -> Result<usize, StoreError> {
    let rows = tx.query("SELECT count(*) FROM tombstones WHERE repo = $1", vec![repo.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.count())
}

const COLUMNS: &str = "id, repo, name, revision, replaced_by";

/// The tombstones of an id, the newest first: of one repo, or of all.
pub async fn of(tx: &mut impl Transaction, id: &str, repo: Option<&str>) -> Result<Vec<Tombstone>, StoreError> {
    let mut s = Statement::default();
    let id = s.bind(id);
    s.push(&format!("SELECT {COLUMNS} FROM tombstones WHERE id = {id}"));
    if let Some(repo) = repo {
        let repo = s.bind(repo);
        s.push(&format!(" AND repo = {repo}"));
    }
    let limit = s.bind(MAX_OF_ID);
    s.push(&format!(" ORDER BY revision DESC, repo LIMIT {limit}"));
    tx.query(&s.sql, s.parameters).await?.iter().map(read).collect()
}

/// The tombstones of these ids, and the newest ones of all, up to `limit`.
pub async fn candidates(tx: &mut impl Transaction, ids: &[String], limit: usize) -> Result<Vec<Tombstone>, StoreError> {
    let mut s = Statement::default();
    let limit = s.bind(limit);
    s.push(&format!(
        "SELECT {COLUMNS} FROM (SELECT {COLUMNS} FROM tombstones ORDER BY revision DESC, id, repo LIMIT {limit}) newest"
    ));
    if !ids.is_empty() {
        let ids = s.bind_list(ids);
        s.push(&format!(" UNION SELECT {COLUMNS} FROM tombstones WHERE id IN ({ids})"));
    }
    s.push(" ORDER BY revision DESC, id, repo");
    tx.query(&s.sql, s.parameters).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Tombstone, StoreError> {
    let mut row = Reader::of(row);
    Ok(Tombstone {
        id: row.string()?,
        source_repo: row.string()?,
        name: row.string()?,
        removed_in: row.count()?,
        replaced_by: Some(row.string()?).filter(|id| !id.is_empty()),
    })
}
