//! What stands near a capability in the newest revision: others with its tags, and others of its repo.

use crate::StoreError;
use crate::database::{Row, Transaction};
use crate::row::{Columns as _, Reader};
use crate::statement::Statement;
use federation::search::TAG_BOUNDARY;

/// Tags that are compared.
const MAX_TAGS: usize = 6;
/// The longest tag that is compared, in bytes.
const MAX_TAG_BYTES: usize = 200;
/// Entries before and after the capability in its index that are considered.
const REACH: i64 = 8;
/// The longest entry that is read; of a longer one, only the id is.
const MAX_ENTRY_BYTES: usize = 16 << 10;

/// Another capability.
#[derive(Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its id.
    pub id: String,
    /// The repo that publishes it.
    pub repo: String,
    /// Its entry as JSON; `None` if that is longer than 16 KiB.
    pub json: Option<String>,
}

/// The neighbours of a capability.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// Those with the most tags in common, in any repo.
    pub by_tags: Vec<Neighbour>,
    /// The nearest ones in the index of the first repo that publishes it, without those above.
    pub in_repo: Vec<Neighbour>,
}

/// Entries of the newest revision.
const CURRENT: &str =
    "composition c JOIN search_fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain
     JOIN search_entries e ON e.fragment = f.fragment";

/// Up to `most` neighbours of each kind of the capability with this id, in at most three statements.
pub async fn neighbours(tx: &mut impl Transaction, id: &str, most: usize) -> Result<Neighbours, StoreError> {
    let sql =
        format!("SELECT e.entry, e.fragment, e.tags, c.repo FROM {CURRENT} WHERE e.id = $1 ORDER BY c.repo LIMIT 3");
    let rows = tx.query(&sql, vec![id.into()]).await?;
    let Some(first) = rows.first() else { return Ok(Neighbours::default()) };
    let mut tags = Vec::new();
    for row in &rows {
        for tag in row.text(2)?.split(TAG_BOUNDARY).filter(|tag| !tag.is_empty() && tag.len() <= MAX_TAG_BYTES) {
            if tags.len() < MAX_TAGS && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    let by_tags = if tags.is_empty() { Vec::new() } else { with_tags(tx, id, &tags, most).await? };
    let mut in_repo = beside(tx, first.integer(0)?, first.integer(1)?, id, first.text(3)?).await?;
    in_repo.retain(|it| !by_tags.contains(it));
    in_repo.truncate(most);
    Ok(Neighbours { by_tags, in_repo })
}

/// Only the entries that are returned are read as a whole.
async fn with_tags(
    tx: &mut impl Transaction,
    id: &str,
    tags: &[&str],
    most: usize,
) -> Result<Vec<Neighbour>, StoreError> {
    let mut s = Statement::default();
    s.push("SELECT e.id, n.repo, ");
    s.push(&format!("CASE WHEN octet_length(e.json) <= {MAX_ENTRY_BYTES} THEN e.json END FROM (SELECT entry, repo, common FROM (SELECT e.entry AS entry, c.repo AS repo, "));
    for tag in tags {
        let pattern = s.bind_contains(&format!("{TAG_BOUNDARY}{tag}{TAG_BOUNDARY}"));
        s.push(&format!("CASE WHEN e.tags LIKE {pattern} ESCAPE '!' THEN 1 ELSE 0 END + "));
    }
    s.push(&format!("0 AS common FROM {CURRENT} WHERE e.tags <> '' AND e.id <> "));
    let id = s.bind(id);
    s.push(&id);
    let most = s.bind(most);
    s.push(&format!(
        ") compared WHERE common > 0 ORDER BY common DESC, repo, entry LIMIT {most}) n
         JOIN search_entries e ON e.entry = n.entry ORDER BY n.common DESC, n.repo, n.entry"
    ));
    tx.query(&s.sql, s.parameters).await?.iter().map(neighbour).collect()
}

/// The entries of an index around `entry`, nearest first.
async fn beside(
    tx: &mut impl Transaction,
    entry: i64,
    fragment: i64,
    id: &str,
    repo: &str,
) -> Result<Vec<Neighbour>, StoreError> {
    let mut s = Statement::default();
    let (repo, from, to) = (s.bind(repo), s.bind(entry - REACH), s.bind(entry + REACH));
    // A cast, since PostgreSQL cannot tell the type of a selected placeholder.
    s.push(&format!(
        "SELECT e.id, CAST({repo} AS TEXT), CASE WHEN octet_length(e.json) <= {MAX_ENTRY_BYTES} THEN e.json END
         FROM search_entries e WHERE e.entry >= {from} AND e.entry <= {to}"
    ));
    let (fragment, id) = (s.bind(fragment), s.bind(id));
    s.push(&format!(" AND e.fragment = {fragment} AND e.id <> {id}"));
    let entry = s.bind(entry);
    s.push(&format!(" ORDER BY abs(e.entry - {entry}), e.entry"));
    tx.query(&s.sql, s.parameters).await?.iter().map(neighbour).collect()
}

fn neighbour(row: &Row) -> Result<Neighbour, StoreError> {
    let mut row = Reader::of(row);
    Ok(Neighbour { id: row.string()?, repo: row.string()?, json: row.optional(Reader::string)? })
}
