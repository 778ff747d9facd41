//! The table of synonyms: its text form, and the stems that are looked up. `build.rs` uses this file as well.

use super::stems::{Language, stem};
use super::words::words;
use std::collections::{BTreeMap, BTreeSet};

/// Maximum number of words of a phrase.
pub const MAX_PHRASE_WORDS: usize = 3;

/// For the stems of a word or phrase, separated by spaces, the stems of those that mean the same.
pub type Table = BTreeMap<String, BTreeSet<String>>;

/// Reads a table. A line, or a part up to a semicolon, is a group of words or phrases that mean the same,
/// `k8s, kubernetes`, or a word and what it stands for but not the other way round, `redis > cache`. What follows `#`
/// is a comment. Phrases of more than [`MAX_PHRASE_WORDS`] words are left out.
pub fn read(text: &str) -> Table {
    let mut table = Table::new();
    for group in text.lines().map(|line| line.split('#').next().unwrap_or_default()).flat_map(|line| line.split(';')) {
        let phrases = |list: &str| list.split(',').map(forms).collect::<Vec<_>>();
        match group.split_once('>') {
            Some((from, to)) => relate(&mut table, &phrases(from), &phrases(to)),
            None => relate(&mut table, &phrases(group), &phrases(group)),
        }
    }
    table
}

fn relate(table: &mut Table, from: &[BTreeSet<String>], to: &[BTreeSet<String>]) {
    for these in from {
        for those in to.iter().filter(|those| *those != these) {
            for key in these {
                table.entry(key.clone()).or_default().extend(those.iter().cloned());
            }
        }
    }
}

/// The stems of a phrase in each language; none if it is empty or too long.
fn forms(phrase: &str) -> BTreeSet<String> {
    let words = words(phrase);
    if words.is_empty() || words.len() > MAX_PHRASE_WORDS {
        return BTreeSet::new();
    }
    [Language::English, Language::German]
        .map(|language| words.iter().map(|word| stem(word, language)).collect::<Vec<_>>().join(" "))
        .into()
}
