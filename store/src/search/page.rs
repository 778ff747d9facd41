//! Reads the entries of a page.

use super::fragments::fragments_of;
use super::keep::entry;
use crate::database::Transaction;
use crate::statement::Statement;
use crate::{StoreError, row::Columns as _};
use federation::limits::MAX_READ_BYTES;
use federation::search::{Match, id_term};

/// The entries of these matches as JSON, in order; fewer if they exceed [`MAX_READ_BYTES`].
pub async fn entries(tx: &mut impl Transaction, matches: &[Match]) -> Result<Vec<String>, StoreError> {
    if matches.is_empty() {
        return Ok(Vec::new());
    }
    let mut s = Statement::default();
    s.push("WITH page (place, entry) AS (VALUES ");
    for (place, it) in matches.iter().enumerate() {
        let number = s.bind(entry(it.fragment, it.place.position.into()));
        s.push(&format!("{}({place}, {number})", if place == 0 { "" } else { ", " }));
    }
    s.push(&format!(
        "), sized AS MATERIALIZED (SELECT p.place, p.entry, sum(octet_length(e.json)) OVER (ORDER BY p.place) - octet_length(e.json) AS before
         FROM page p JOIN search_entries e ON e.entry = p.entry)
         SELECT e.json FROM sized s JOIN search_entries e ON e.entry = s.entry WHERE s.before < {MAX_READ_BYTES} ORDER BY s.place"
    ));
    tx.query(&s.sql, s.parameters).await?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Ids of the newest revision that are close to `id` in sort order, and so share its beginning: up to 100 on either side.
pub async fn neighbours(tx: &mut impl Transaction, id: &str) -> Result<Vec<String>, StoreError> {
    let mut s = Statement::default();
    let (first, id, last) = (id_term(""), id_term(&id.to_lowercase()), id_term("\u{10ffff}"));
    for (side, (from, to, order)) in [(&id, &last, ""), (&first, &id, "DESC")].into_iter().enumerate() {
        let fragments = fragments_of(&mut s, None);
        let (from, to) = (s.bind(from.as_str()), s.bind(to.as_str()));
        s.push(&format!(
            "{} SELECT term FROM (SELECT p.term AS term FROM {fragments} WHERE p.term >= {from} AND p.term < {to}
             GROUP BY p.term ORDER BY p.term {order} LIMIT 100) side{side}",
            if side == 0 { "" } else { " UNION ALL" }
        ));
    }
    let rows = tx.query(&s.sql, s.parameters).await?;
    rows.iter()
        .map(|row| row.text(0).map(|term| term.strip_prefix(first.as_str()).unwrap_or(term).to_owned()))
        .collect()
}
