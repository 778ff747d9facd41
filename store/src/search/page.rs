//! Reads entries, and what is known about them apart from their words.

use super::add::entry;
use super::fragments::fragments_of;
use crate::database::{Row, Transaction, Value};
use crate::statement::Statement;
use crate::{
    StoreError,
    row::{Reader, SoleColumn as _},
};
use federation::compose::SourceLine;
use federation::limits::MAX_READ_BYTES;
use federation::search::{BYTES_PER_ENTRY, filter_term, id_term};
use std::collections::BTreeMap;

/// The entries at these places (fragment and position) as JSON, in order, each with its number in the list; fewer if they exceed
/// [`MAX_READ_BYTES`], or if there is none at a place.
pub async fn entries(tx: &mut impl Transaction, places: &[(i64, u32)]) -> Result<Vec<(usize, String)>, StoreError> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let mut s = Statement::default();
    s.push("WITH page (place, entry) AS (VALUES ");
    for (place, (fragment, position)) in places.iter().enumerate() {
        let number = s.bind(entry(*fragment, (*position).into()));
        s.push(&format!("{}({place}, CAST({number} AS BIGINT))", if place == 0 { "" } else { ", " }));
    }
    s.push(&format!(
        "), sized AS MATERIALIZED (SELECT p.place, p.entry, sum(octet_length(e.json)) OVER (ORDER BY p.place) - octet_length(e.json) AS before
         FROM page p JOIN search_entries e ON e.entry = p.entry)
         SELECT s.place, e.json FROM sized s JOIN search_entries e ON e.entry = s.entry WHERE s.before < {MAX_READ_BYTES} ORDER BY s.place"
    ));
    let rows = tx.query(&s.sql, s.parameters).await?;
    let entry = |row: &Row| {
        let mut row = Reader::of(row);
        Ok((row.count()?, row.string()?))
    };
    rows.iter().map(entry).collect()
}

/// The statuses or tags of a published source, each with its number of entries; `kind` is `status` or `tag`.
pub async fn filter_values(
    tx: &mut impl Transaction,
    line: &SourceLine,
    kind: &str,
) -> Result<Vec<(String, i64)>, StoreError> {
    let first = filter_term(kind, "");
    let last = filter_term(kind, "\u{10ffff}");
    let sql = "SELECT p.term, octet_length(p.entries) FROM search_fragments f JOIN search_postings p ON p.fragment = f.fragment
         WHERE f.digest = $1 AND f.repo = $2 AND f.domain = $3 AND p.term >= $4 AND p.term < $5";
    let key = [line.index_digest.as_str(), &line.repo, &line.domain, &first, &last];
    let rows = tx.query(sql, key.map(Value::from).into()).await?;
    let value = |row: &Row| {
        let mut row = Reader::of(row);
        let term = row.text()?;
        Ok((term.strip_prefix(first.as_str()).unwrap_or(term).to_owned(), row.integer()? / BYTES_PER_ENTRY))
    };
    rows.iter().map(value).collect()
}

/// How many entries of the newest revision have each of these terms; a term that none has is left out.
pub async fn counts(tx: &mut impl Transaction, terms: &[String]) -> Result<BTreeMap<String, u64>, StoreError> {
    if terms.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut s = Statement::default();
    let (from, terms) = (fragments_of(&mut s, None), s.bind_list(terms));
    s.push(&format!(
        "SELECT p.term, CAST(sum(octet_length(p.entries)) AS BIGINT) FROM {from} AND p.term IN ({terms}) GROUP BY p.term"
    ));
    let rows = tx.query(&s.sql, s.parameters).await?;
    let count = |row: &Row| {
        let mut row = Reader::of(row);
        Ok((row.string()?, u64::try_from(row.integer()? / BYTES_PER_ENTRY).unwrap_or_default()))
    };
    rows.iter().map(count).collect()
}

/// Ids of the newest revision that are close to `id` in sort order, and so share its beginning: up to 100 on either side.
pub async fn neighbours(tx: &mut impl Transaction, id: &str) -> Result<Vec<String>, StoreError> {
    let mut s = Statement::default();
    let (first, id, last) = (id_term(""), id_term(&id.to_lowercase()), id_term("\u{10ffff}"));
    for (side, (from, to, order)) in [(&id, &last, ""), (&first, &id, "DESC")].into_iter().enumerate() {
        let fragments = fragments_of(&mut s, None);
        let (from, to) = (s.bind(from.as_str()), s.bind(to.as_str()));
        s.push(&format!(
            "{} SELECT term FROM (SELECT p.term AS term FROM {fragments} AND p.term >= {from} AND p.term < {to}
             GROUP BY p.term ORDER BY p.term {order} LIMIT 100) side{side}",
            if side == 0 { "" } else { " UNION ALL" }
        ));
    }
    let rows = tx.query(&s.sql, s.parameters).await?;
    rows.iter().map(|row| row.text().map(|term| term.strip_prefix(first.as_str()).unwrap_or(term).to_owned())).collect()
}
