//! What may be meant by words that no entry has.

use super::fragments::{NEWEST, fragments_of};
use crate::database::Transaction;
use crate::statement::Statement;
use crate::{
    StoreError,
    row::{Reader, read_count},
};
use federation::search::{Guesses, MAX_ERRORS, Unknown, min_contained, min_shared};

/// Maximum terms that begin with a word.
const MAX_BEGINNINGS: usize = 16;

/// Maximum similar spellings of a word.
const MAX_SPELLINGS: usize = 100;

/// Sorts after any character in a term.
const AFTER_ALL: char = '\u{10ffff}';

const BEGINNINGS: i64 = 0;
const SPELLINGS: i64 = 1;
const KNOWN: i64 = 2;
const SEEN: i64 = 3;

/// The newest revision and the number of its entries, as the statement saw them.
type Seen = Option<(u64, usize)>;

/// Reads the guesses for all words with one statement. Only what the revision contains is guessed, so that later
/// publications do not change the answer.
pub(super) async fn guesses(
    tx: &mut impl Transaction,
    past: Option<u64>,
    words: &[Unknown],
    terms: &[String],
) -> Result<(Guesses, Seen), StoreError> {
    let (mut guesses, mut seen) = (Guesses::default(), None);
    if words.is_empty() {
        return Ok((guesses, seen));
    }
    let mut s = Statement::default();
    for (place, unknown) in words.iter().enumerate() {
        if place > 0 {
            s.push(" UNION ALL ");
        }
        beginnings(&mut s, past, place, &unknown.word);
        if !unknown.trigrams.is_empty() {
            s.push(" UNION ALL ");
            spellings(&mut s, past, place, unknown);
        }
    }
    if !terms.is_empty() {
        s.push(" UNION ALL ");
        known(&mut s, past, terms);
    }
    if past.is_none() {
        s.push(&format!(" UNION ALL SELECT {SEEN}, number, CAST(capability_count AS TEXT) FROM {NEWEST}"));
    }
    for row in tx.query(&s.sql, s.parameters).await? {
        let mut row = Reader::of(&row);
        let (kind, number, text) = (row.integer()?, row.integer()?, row.text()?);
        if kind == SEEN {
            seen = Some((read_count(number)?, text.parse().unwrap_or_default()));
            continue;
        }
        let guess = (read_count(number)?, text.to_owned());
        match kind {
            BEGINNINGS => guesses.beginnings.push(guess),
            SPELLINGS => guesses.spellings.push(guess),
            _ => guesses.known.push(guess.1),
        }
    }
    // The parts of a union have no order.
    guesses.beginnings.sort();
    guesses.spellings.sort();
    guesses.spellings.dedup();
    Ok((guesses, seen))
}

fn beginnings(s: &mut Statement, past: Option<u64>, place: usize, word: &str) {
    let from = fragments_of(s, past);
    let first = s.bind(word);
    let after = s.bind(format!("{word}{AFTER_ALL}"));
    s.push(&format!(
        "SELECT {BEGINNINGS} AS kind, {place} AS place, b{place}.term AS guess FROM (SELECT p.term AS term FROM {from}
         AND p.term >= {first} AND p.term < {after} GROUP BY p.term ORDER BY p.term LIMIT {MAX_BEGINNINGS}) b{place}"
    ));
}

fn spellings(s: &mut Statement, past: Option<u64>, place: usize, unknown: &Unknown) {
    let grams: Vec<String> = unknown.trigrams.iter().map(|gram| s.bind(gram.as_str())).collect();
    let (grams, count, length) = (grams.join(", "), unknown.trigrams.len(), unknown.word.chars().count());
    let (similar, contained) = (min_shared(count), min_contained(count));
    let (shortest, longest) = (length.saturating_sub(MAX_ERRORS), length + MAX_ERRORS);
    let from = fragments_of(s, past);
    s.push(&format!(
        "SELECT {SPELLINGS} AS kind, {place} AS place, s{place}.spelling AS guess FROM (SELECT t.spelling AS spelling
         FROM (SELECT spelling, term, count(*) AS shared FROM search_trigrams WHERE trigram IN ({grams})
               GROUP BY spelling, term
               HAVING count(*) >= {contained} OR (count(*) >= {similar} AND length(spelling) BETWEEN {shortest} AND {longest})) t
         WHERE EXISTS (SELECT 1 FROM {from} AND p.term = t.term AND ' ' || p.spellings || ' ' LIKE '% ' || t.spelling || ' %')
         ORDER BY t.shared DESC, t.spelling LIMIT {MAX_SPELLINGS}) s{place}"
    ));
}

fn known(s: &mut Statement, past: Option<u64>, terms: &[String]) {
    let from = fragments_of(s, past);
    let terms = s.bind_list(terms);
    s.push(&format!("SELECT {KNOWN}, 0, p.term FROM {from} AND p.term IN ({terms}) GROUP BY p.term"));
}
