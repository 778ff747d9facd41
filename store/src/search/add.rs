//! Keeps the index in step with the published revisions.

use super::fragments::ENTRIES_PER_FRAGMENT;
use crate::database::{Transaction, Value};
use crate::statement::Statement;
use crate::{
    StoreError,
    row::{Reader, SoleColumn as _},
};
use federation::compose::SourceLine;
use federation::search::{Posting, entries, postings, trigrams};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that one statement writes.
const ROWS_PER_STATEMENT: usize = 200;

/// Maximum spellings of a source whose typing errors are recognised.
const MAX_SPELLINGS: usize = 20_000;

/// Makes a source line the current one of its repo, and adds its capabilities to the index; `json` is its fragment.
pub async fn add(tx: &mut impl Transaction, line: &SourceLine, json: &str) -> Result<(), StoreError> {
    remove(tx, &line.repo).await?;
    let key = || vec![line.index_digest.as_str().into(), line.repo.as_str().into(), line.domain.as_str().into()];
    let kept =
        "UPDATE search_fragments SET is_current = 1 WHERE digest = $1 AND repo = $2 AND domain = $3 RETURNING fragment";
    if !tx.query(kept, key()).await?.is_empty() {
        return Ok(());
    }
    let lost = |why: &str| StoreError::Unreadable(format!("fragment of {}: {why}", line.repo));
    let entries = entries(json).map_err(|e| lost(&e.to_string()))?;
    let rows = tx.query("SELECT coalesce(max(fragment), 0) + 1 FROM search_fragments", Vec::new()).await?;
    let fragment = rows.first().ok_or_else(|| lost("no number"))?.integer()?;
    let mut row = vec![fragment.into()];
    row.extend(key());
    let sql = "INSERT INTO search_fragments (fragment, digest, repo, domain, is_current) VALUES ($1, $2, $3, $4, 1)";
    tx.query(sql, row).await?;
    let index = postings(entries.iter().map(|(entry, _)| entry));
    for (batch, first) in entries.chunks(ROWS_PER_STATEMENT).zip((0..).step_by(ROWS_PER_STATEMENT)) {
        let Statement { sql, parameters } = entries_insertion(fragment, first, batch);
        tx.query(&sql, parameters).await?;
    }
    keep_spellings(tx, &index).await?;
    let postings: Vec<(String, Posting)> = index.into_iter().collect();
    for batch in postings.chunks(ROWS_PER_STATEMENT) {
        let Statement { sql, parameters } = postings_insertion(fragment, batch);
        tx.query(&sql, parameters).await?;
    }
    Ok(())
}

fn entries_insertion(fragment: i64, first: i64, batch: &[(serde_json::Value, &str)]) -> Statement {
    let rows = (first..).zip(batch).map(|(position, (_, json))| [entry(fragment, position).into(), (*json).into()]);
    insertion("INSERT INTO search_entries (entry, json) VALUES ", rows)
}

fn postings_insertion(fragment: i64, batch: &[(String, Posting)]) -> Statement {
    let rows = batch.iter().map(|(term, Posting { entries, spellings })| {
        let spellings = spellings.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        [term.as_str().into(), fragment.into(), Value::Blob(entries.clone()), spellings.into()]
    });
    insertion("INSERT INTO search_postings (term, fragment, entries, spellings) VALUES ", rows)
}

/// A statement that inserts rows.
fn insertion<const N: usize>(into: &str, rows: impl Iterator<Item = [Value; N]>) -> Statement {
    let mut s = Statement::default();
    s.push(into);
    s.push_rows(rows);
    s
}

/// Records that the newest revision no longer has a source of this repo.
pub async fn remove(tx: &mut impl Transaction, repo: &str) -> Result<(), StoreError> {
    let sql = "UPDATE search_fragments SET is_current = 0 WHERE repo = $1 AND is_current = 1";
    tx.query(sql, vec![repo.into()]).await?;
    Ok(())
}

/// The number of an entry.
pub(super) fn entry(fragment: i64, position: i64) -> i64 {
    fragment * ENTRIES_PER_FRAGMENT + position
}

/// A word and its stem.
type Spelling<'a> = (&'a str, &'a str);

/// Adds the trigrams of spellings that are new.
async fn keep_spellings(tx: &mut impl Transaction, index: &BTreeMap<String, Posting>) -> Result<(), StoreError> {
    for batch in spellings(index).chunks(ROWS_PER_STATEMENT) {
        let Statement { sql, parameters } = those_known(batch);
        let rows = tx.query(&sql, parameters).await?;
        let mut known = BTreeSet::new();
        for row in &rows {
            let mut row = Reader::of(row);
            known.insert((row.text()?, row.text()?));
        }
        let new = trigrams_of(batch, &known);
        for batch in new.chunks(ROWS_PER_STATEMENT) {
            let Statement { mut sql, parameters } = trigrams_insertion(batch);
            sql.push_str(" ON CONFLICT DO NOTHING");
            tx.query(&sql, parameters).await?;
        }
    }
    Ok(())
}

fn spellings(index: &BTreeMap<String, Posting>) -> Vec<Spelling<'_>> {
    let all = index.iter().flat_map(|(term, posting)| posting.spellings.iter().map(|it| (it.as_str(), term.as_str())));
    all.filter(|(spelling, _)| !trigrams(spelling).is_empty()).take(MAX_SPELLINGS).collect()
}

/// A statement that finds which spellings have trigrams already: the first trigram stands for all.
fn those_known(batch: &[Spelling<'_>]) -> Statement {
    let rows = batch.iter().map(|(spelling, term)| {
        let first = trigrams(spelling).into_iter().next().unwrap_or_default();
        [first.into(), (*spelling).into(), (*term).into()]
    });
    let mut s =
        insertion("SELECT spelling, term FROM search_trigrams WHERE (trigram, spelling, term) IN (VALUES ", rows);
    s.push(")");
    s
}

fn trigrams_of<'a>(batch: &[Spelling<'a>], known: &BTreeSet<Spelling<'_>>) -> Vec<(String, Spelling<'a>)> {
    let new = batch.iter().filter(|spelling| !known.contains(*spelling));
    new.flat_map(|spelling| trigrams(spelling.0).into_iter().map(|trigram| (trigram, *spelling))).collect()
}

fn trigrams_insertion(batch: &[(String, Spelling<'_>)]) -> Statement {
    let rows =
        batch.iter().map(|(trigram, (spelling, term))| [trigram.as_str().into(), (*spelling).into(), (*term).into()]);
    insertion("INSERT INTO search_trigrams (trigram, spelling, term) VALUES ", rows)
}
