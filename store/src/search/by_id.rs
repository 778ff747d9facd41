//! Suggests ids for an unknown one.

use super::Finder;
use crate::database::Transaction;
use crate::statement::Statement;
use crate::{StoreError, row::Columns as _};
use federation::search::words;

/// Candidates of each kind: before the unknown id, after it, and with its words.
const MAX_REPOS: usize = 100;

/// Most stored entries with matching words that are checked for being in the newest revision.
const MAX_ENTRIES: usize = 1000;

/// Most words that are searched: the last ones, which are more specific than the first.
const WORDS: usize = 5;

/// Entries of the newest revision.
const CURRENT: &str = "search_entries e JOIN search_fragments f ON f.fragment = e.fragment
     JOIN composition c ON c.index_digest = f.digest AND c.repo = f.repo AND c.domain = f.domain";

/// Ids of the newest revision that are similar to an unknown one: its neighbours in sort order, which share its
/// beginning, and some that have all of its words but one. However much is published, only these are read, except for
/// the search by words without a full-text index.
pub async fn similar_ids(tx: &mut impl Transaction, finder: Finder, wrong: &str) -> Result<Vec<String>, StoreError> {
    let mut s = Statement::default();
    let id = wrong.to_lowercase();
    for (i, (comparison, order)) in [(">=", ""), ("<", "DESC")].into_iter().enumerate() {
        let (id, most) = (s.bind(id.as_str()), s.bind(MAX_REPOS));
        s.push(&format!(
            "SELECT id FROM (SELECT e.id FROM {CURRENT} WHERE e.id {comparison} {id} ORDER BY e.id {order} LIMIT {most}) side{i} UNION "
        ));
    }
    s.push(&format!("SELECT id FROM (SELECT e.id FROM {CURRENT} WHERE "));
    has_words_but_one(&mut s, finder, wrong);
    let most = s.bind(MAX_REPOS);
    s.push(&format!(" LIMIT {most}) alike"));
    tx.query(&s.sql, s.parameters).await?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

fn has_words_but_one(s: &mut Statement, finder: Finder, wrong: &str) {
    let mut words = words(wrong);
    words.drain(..words.len().saturating_sub(WORDS));
    for word in &words {
        let pattern = s.bind(format!("% {word} %"));
        s.push(&format!("CASE WHEN e.id_words LIKE {pattern} THEN 1 ELSE 0 END + "));
    }
    let enough = s.bind(words.len().saturating_sub(1).max(1));
    s.push(&format!("0 >= {enough}"));
    if finder == Finder::Fts5 && words.len() > 1 {
        let but = |out: usize| {
            let others = words.iter().enumerate().filter(|(i, _)| *i != out).map(|(_, word)| format!("\"{word}\""));
            format!("({})", others.collect::<Vec<_>>().join(" AND "))
        };
        let any = s.bind((0..words.len()).map(but).collect::<Vec<_>>().join(" OR "));
        let most = s.bind(MAX_ENTRIES);
        s.push(&format!(
            " AND e.entry IN (SELECT rowid FROM search_words WHERE search_words MATCH {any} LIMIT {most})"
        ));
    }
}
