//! Near-duplicates: pairs of capabilities of different repos that seem to do the same, and which capabilities are still to be compared.

use crate::database::{Row, Transaction, Value};
use crate::revisions::steps::Changed;
use crate::row::Reader;
use crate::search::Scope;
use crate::statement::Statement;
use crate::{StoreError, revisions};
use federation::diff::Op;
use federation::search::{Index as _, Overlap, id_term};
use std::collections::BTreeMap;

/// Migration step: creates the queue of capabilities to compare, and the table of similar pairs. A pair is stored once, whichever of the two was compared.
/// The name of the table is quoted, since it is a keyword of PostgreSQL.
pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE overlaps_due (repo TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (repo, id))",
    "CREATE TABLE \"overlaps\" (
        pair INTEGER PRIMARY KEY NOT NULL, repo TEXT NOT NULL, id TEXT NOT NULL, other_repo TEXT NOT NULL, other_id TEXT NOT NULL,
        score INTEGER NOT NULL, words TEXT NOT NULL, UNIQUE (repo, id, other_repo, other_id))",
    "CREATE INDEX overlaps_of_other ON \"overlaps\" (other_repo, other_id)",
    "CREATE INDEX overlaps_closest ON \"overlaps\" (score DESC, pair)",
];

/// Rows that one statement writes.
const ROWS_PER_STATEMENT: usize = 200;

/// A capability of a repo.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The repo.
    pub repo: String,
    /// The id.
    pub id: String,
}

/// A pair of capabilities that overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Its number.
    pub number: i64,
    /// The capabilities, by repo and id.
    pub keys: [Key; 2],
    /// How much of each is answered by the other, in percent.
    pub score: u64,
    /// The words that they have in common.
    pub words: Vec<String>,
}

/// Where a page of pairs begins: after the pair with this score and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairPosition {
    /// The score.
    pub score: i64,
    /// The number.
    pub number: i64,
}

/// Records that a repo published these changes: what changed is to be compared, and its old pairs are deleted.
pub async fn changed(tx: &mut impl Transaction, repo: &str, changed: &[Changed]) -> Result<(), StoreError> {
    let ids = |of: &dyn Fn(Op) -> bool| -> Vec<String> {
        changed.iter().filter(|it| of(it.op)).map(|it| it.id.clone()).collect()
    };
    // What is new has no pairs yet.
    for old in ids(&|op| op != Op::Added).chunks(ROWS_PER_STATEMENT) {
        for (own_repo, own_id) in [("repo", "id"), ("other_repo", "other_id")] {
            delete(tx, "overlaps", (own_repo, repo), (own_id, old)).await?;
        }
    }
    for gone in ids(&|op| op == Op::Removed).chunks(ROWS_PER_STATEMENT) {
        delete(tx, "overlaps_due", ("repo", repo), ("id", gone)).await?;
    }
    for there in ids(&|op| op != Op::Removed).chunks(ROWS_PER_STATEMENT) {
        let mut s = Statement::default();
        s.push("INSERT INTO overlaps_due (repo, id) VALUES ");
        s.push_rows(there.iter().map(|id| [repo, id.as_str()]));
        s.push(" ON CONFLICT (repo, id) DO NOTHING");
        tx.query(&s.sql, s.parameters).await?;
    }
    Ok(())
}

/// Deletes the rows of a table that have this repo and one of these ids in these columns.
async fn delete(
    tx: &mut impl Transaction,
    table: &str,
    (of_repo, repo): (&str, &str),
    (of_id, ids): (&str, &[String]),
) -> Result<(), StoreError> {
    let mut s = Statement::default();
    let (repo, ids) = (s.bind(repo), s.bind_list(ids));
    s.push(&format!("DELETE FROM \"{table}\" WHERE {of_repo} = {repo} AND {of_id} IN ({ids})"));
    tx.query(&s.sql, s.parameters).await?;
    Ok(())
}

/// Deletes the pairs of a repo, and what is to be compared of it.
pub async fn forget(tx: &mut impl Transaction, repo: &str) -> Result<(), StoreError> {
    for sql in
        ["DELETE FROM \"overlaps\" WHERE repo = $1 OR other_repo = $1", "DELETE FROM overlaps_due WHERE repo = $1"]
    {
        tx.query(sql, vec![repo.into()]).await?;
    }
    Ok(())
}

/// Fills the list of what is to be compared, after its creation.
pub(super) async fn fill(tx: &mut impl Transaction) -> Result<(), StoreError> {
    for line in revisions::composition(tx).await?.values() {
        let (_, ids) = crate::fragments::json(tx, line).await?;
        let all: Vec<Changed> = ids.into_iter().map(|id| Changed { id, op: Op::Added }).collect();
        changed(tx, &line.repo, &all).await?;
    }
    Ok(())
}

/// Up to `limit` capabilities that are to be compared.
pub async fn due(tx: &mut impl Transaction, limit: usize) -> Result<Vec<Key>, StoreError> {
    let sql = "SELECT repo, id FROM overlaps_due ORDER BY repo, id LIMIT $1";
    let rows = tx.query(sql, vec![limit.into()]).await?;
    let key = |row: &Row| {
        let mut row = Reader::of(row);
        Ok(Key { repo: row.string()?, id: row.string()? })
    };
    rows.iter().map(key).collect()
}

/// Records that a capability was compared, and its pairs.
pub async fn compared(tx: &mut impl Transaction, key: &Key, pairs: &[(Key, Overlap)]) -> Result<(), StoreError> {
    let own = || -> Vec<Value> { vec![key.repo.as_str().into(), key.id.as_str().into()] };
    tx.query("DELETE FROM overlaps_due WHERE repo = $1 AND id = $2", own()).await?;
    for (other, Overlap { score, words }) in pairs {
        let [first, second] = if key < other { [key, other] } else { [other, key] };
        tx.query(
            "INSERT INTO \"overlaps\" (pair, repo, id, other_repo, other_id, score, words)
             VALUES ((SELECT coalesce(max(pair), 0) + 1 FROM \"overlaps\"), $1, $2, $3, $4, $5, $6)
             ON CONFLICT (repo, id, other_repo, other_id) DO UPDATE SET score = excluded.score, words = excluded.words",
            vec![
                first.repo.as_str().into(),
                first.id.as_str().into(),
                second.repo.as_str().into(),
                second.id.as_str().into(),
                (*score).into(),
                words.join(" ").into(),
            ],
        )
        .await?;
    }
    Ok(())
}

/// Pairs after a place, the closest first; `repo` is one of the two repos.
pub async fn page(
    tx: &mut impl Transaction,
    repo: Option<&str>,
    after: Option<PairPosition>,
    limit: usize,
) -> Result<Vec<Pair>, StoreError> {
    let mut s = Statement::default();
    s.push("SELECT pair, score, words, repo, id, other_repo, other_id FROM \"overlaps\" WHERE 1 = 1");
    if let Some(repo) = repo {
        let (first, second) = (s.bind(repo), s.bind(repo));
        s.push(&format!(" AND (repo = {first} OR other_repo = {second})"));
    }
    if let Some(PairPosition { score, number }) = after {
        let (below, same, number) = (s.bind(score), s.bind(score), s.bind(number));
        s.push(&format!(" AND (score < {below} OR (score = {same} AND pair > {number}))"));
    }
    let limit = s.bind(limit);
    s.push(&format!(" ORDER BY score DESC, pair LIMIT {limit}"));
    tx.query(&s.sql, s.parameters).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Pair, StoreError> {
    let mut row = Reader::of(row);
    let (number, score, words) = (row.integer()?, row.count()?, row.text()?);
    let words = words.split_whitespace().map(str::to_owned).collect();
    let mut key = || Ok::<_, StoreError>(Key { repo: row.string()?, id: row.string()? });
    Ok(Pair { number, keys: [key()?, key()?], score, words })
}

/// The places of capabilities in the index of the newest revision: fragment and position. What it does not contain is left out.
pub async fn places(tx: &mut impl Transaction, keys: &[Key]) -> Result<BTreeMap<Key, (i64, u32)>, StoreError> {
    let mut terms: Vec<String> = keys.iter().map(|key| id_term(&key.id)).collect();
    terms.sort();
    terms.dedup();
    let rows = Scope::newest(tx).rows(&terms).await?;
    let mut places = BTreeMap::new();
    for key in keys {
        let term = id_term(&key.id);
        let row = rows.iter().find(|row| row.repo == key.repo && row.term == term);
        if let Some((row, position)) = row.and_then(|row| Some((row, row.positions().next()?))) {
            places.insert(key.clone(), (row.fragment, position.into()));
        }
    }
    Ok(places)
}
