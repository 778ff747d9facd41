//! Removes from the index what no revision of the last day contains.

use super::fragments::ENTRIES_PER_FRAGMENT;
use crate::database::Transaction;
use crate::statement::Statement;
use crate::{StoreError, row::Reader};
use federation::search::trigrams;

/// Spellings that one statement examines.
const SPELLINGS_PER_STATEMENT: usize = 200;

/// Deletes up to this many entries and postings of a fragment, and returns how many it deleted of each.
pub(crate) async fn forget(
    tx: &mut impl Transaction,
    fragment: i64,
    entries: usize,
    postings: usize,
) -> Result<(usize, usize), StoreError> {
    let first = fragment * ENTRIES_PER_FRAGMENT;
    let entries = tx
        .query(
            "DELETE FROM search_entries WHERE entry IN
             (SELECT entry FROM search_entries WHERE entry >= $1 AND entry < $2 ORDER BY entry LIMIT $3) RETURNING entry",
            vec![first.into(), (first + ENTRIES_PER_FRAGMENT).into(), entries.into()],
        )
        .await?
        .len();
    let sql = "SELECT term, spellings FROM search_postings WHERE fragment = $1 ORDER BY term LIMIT $2";
    let rows = tx.query(sql, vec![fragment.into(), postings.into()]).await?;
    let mut spellings = Vec::new();
    for row in &rows {
        let mut row = Reader::of(row);
        let (term, all) = (row.text()?, row.text()?);
        spellings.extend(all.split_terminator(' ').map(|spelling| (term, spelling)));
    }
    if let Some(last) = rows.last() {
        let sql = "DELETE FROM search_postings WHERE fragment = $1 AND term <= $2";
        tx.query(sql, vec![fragment.into(), Reader::of(last).text()?.into()]).await?;
    }
    for batch in spellings.chunks(SPELLINGS_PER_STATEMENT) {
        forget_spellings(tx, batch).await?;
    }
    Ok((entries, rows.len()))
}

/// Deletes the trigrams of those spellings that no source has any more.
async fn forget_spellings(tx: &mut impl Transaction, spellings: &[(&str, &str)]) -> Result<(), StoreError> {
    let mut s = Statement::default();
    s.push("WITH gone (term, spelling) AS (VALUES ");
    s.push_rows(spellings.iter().map(|(term, spelling)| [*term, *spelling]));
    s.push(
        ") SELECT term, spelling FROM gone WHERE NOT EXISTS (SELECT 1 FROM search_postings p
           WHERE p.term = gone.term AND ' ' || p.spellings || ' ' LIKE '% ' || gone.spelling || ' %')",
    );
    let gone = tx.query(&s.sql, s.parameters).await?;
    let mut rows = Vec::new();
    for row in &gone {
        let mut row = Reader::of(row);
        let (term, spelling) = (row.text()?, row.text()?);
        rows.extend(trigrams(spelling).into_iter().map(|gram| [gram, spelling.to_owned(), term.to_owned()]));
    }
    for batch in rows.chunks(SPELLINGS_PER_STATEMENT) {
        let mut s = Statement::default();
        s.push("DELETE FROM search_trigrams WHERE (trigram, spelling, term) IN (VALUES ");
        s.push_rows(batch.iter().map(|row| row.each_ref().map(String::as_str)));
        s.push(")");
        tx.query(&s.sql, s.parameters).await?;
    }
    Ok(())
}
