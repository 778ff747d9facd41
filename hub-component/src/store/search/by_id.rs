//! Ids that somebody may have meant.

use super::statement::Statement;
use crate::ports::Transaction;
use crate::store::{StoreError, row::Columns as _};
use federation::search::words;

/// Candidates that are compared with care.
const MOST: usize = 200;

/// Words that are looked for: the last ones, which tell more than the first.
const WORDS: usize = 4;

/// Ids of the newest revision that share words, or beginnings of words, with what is no id of it; those that share most first.
pub async fn similar_ids(tx: &mut impl Transaction, wrong: &str) -> Result<Vec<String>, StoreError> {
    let mut s = Statement::default();
    s.push("SELECT e.id, ");
    for word in words(wrong).iter().rev().take(WORDS) {
        for (letters, weight) in [(usize::MAX, 4), (3, 2), (1, 1)] {
            let beginning: String = word.chars().take(letters).collect();
            let pattern = s.bind(format!("% {beginning}%"));
            s.push(&format!("CASE WHEN e.id_words LIKE {pattern} THEN {weight} ELSE 0 END + "));
        }
    }
    let limit = s.bind(MOST);
    s.push(&format!(
        "0 AS shared FROM composition c
         JOIN search_fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain
         JOIN search_entries e ON e.fragment = f.fragment GROUP BY e.id, e.id_words ORDER BY shared DESC, e.id LIMIT {limit}"
    ));
    let Statement { sql, parameters } = s;
    tx.query(&sql, parameters).await?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}
