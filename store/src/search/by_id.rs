//! Ids that somebody may have meant.

use super::Finder;
use crate::database::Transaction;
use crate::statement::Statement;
use crate::{StoreError, row::Columns as _};
use federation::search::words;

/// Candidates of each kind: before the wrong id, after it, and with its words.
const MOST: usize = 100;

/// Entries that have the words, of all that are kept, among which those of the newest revision are looked for.
const MOST_ENTRIES: usize = 1000;

/// Words that are looked for: the last ones, which tell more than the first.
const WORDS: usize = 5;

/// Entries of the newest revision.
const CURRENT: &str = "search_entries e JOIN search_fragments f ON f.fragment = e.fragment
     JOIN composition c ON c.index_digest = f.digest AND c.repo = f.repo AND c.domain = f.domain";

/// Ids of the newest revision that may be meant by one that it has not: those next to it in their order, which share its beginning, and
/// some that have all of its words but one. However much is published, only these are looked at, but for the words where there is no
/// full-text index.
pub async fn similar_ids(tx: &mut impl Transaction, finder: Finder, wrong: &str) -> Result<Vec<String>, StoreError> {
    let mut s = Statement::default();
    let id = wrong.to_lowercase();
    for (i, (comparison, order)) in [(">=", ""), ("<", "DESC")].into_iter().enumerate() {
        let (id, most) = (s.bind(id.as_str()), s.bind(MOST));
        s.push(&format!(
            "SELECT id FROM (SELECT e.id FROM {CURRENT} WHERE e.id {comparison} {id} ORDER BY e.id {order} LIMIT {most}) side{i} UNION "
        ));
    }
    s.push(&format!("SELECT id FROM (SELECT e.id FROM {CURRENT} WHERE "));
    has_words_but_one(&mut s, finder, wrong);
    let most = s.bind(MOST);
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
        let most = s.bind(MOST_ENTRIES);
        s.push(&format!(
            " AND e.entry IN (SELECT rowid FROM search_words WHERE search_words MATCH {any} LIMIT {most})"
        ));
    }
}
