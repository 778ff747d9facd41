//! Ways to answer a word that no entry has: typing errors, compounds and beginnings.

use super::question::{Alternative, QuestionWord, stems};

const PREFIX_PERCENT: u32 = 50;
const COMPOUND_PERCENT: u32 = 90;
const PART_PERCENT: u32 = 60;

/// Shortest part of a compound, in characters.
const MIN_PART: usize = 3;
/// Shortest word with one typing error, in characters: shorter ones are too similar to others.
const MIN_TYPED: usize = 6;
/// Shortest word with two errors, or one in its first letter.
const MIN_TYPED_TWICE: usize = 9;
/// Shortest word whose beginning or inside may be meant, in characters.
const MIN_CONTAINED: usize = 5;
/// Longest word that is split, in characters.
const MAX_COMPOUND: usize = 30;

/// The halves of a word, for each place where it can be split.
pub fn halves(word: &str) -> Vec<(String, String)> {
    let places: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
    if places.len() > MAX_COMPOUND {
        return Vec::new();
    }
    let last = places.len().saturating_sub(MIN_PART);
    (MIN_PART..=last)
        .filter_map(|place| places.get(place).map(|at| word.split_at(*at)))
        .map(|(left, right)| (left.to_owned(), right.to_owned()))
        .collect()
}

/// Minimum length of a word that has trigrams, in characters.
const MIN_SPELLING: usize = 4;

/// The different trigrams of a word with a space on both sides, in order. None if it is too short to look for typing
/// errors, or has digits.
pub fn trigrams(word: &str) -> Vec<String> {
    if word.chars().count() < MIN_SPELLING || !word.chars().all(char::is_alphabetic) {
        return Vec::new();
    }
    let padded: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
    let mut grams: Vec<String> = padded.windows(3).map(|gram| gram.iter().collect()).collect();
    grams.sort();
    grams.dedup();
    grams
}

/// The minimum number of its `trigrams` trigrams that a word shares with a misspelling of it.
pub fn min_shared(trigrams: usize) -> usize {
    trigrams.div_ceil(4)
}

/// The minimum number of its `trigrams` trigrams that a word shares with a word that contains it: all but those at its ends.
pub fn min_contained(trigrams: usize) -> usize {
    trigrams.saturating_sub(2).max(1)
}

/// Maximum number of typing errors in a word, and so the maximum difference in length.
pub const MAX_ERRORS: usize = 2;

/// Adds known spellings as alternatives: what the word may be a typing error of, or what contains it.
pub fn by_spelling(asked: &mut QuestionWord, spellings: &[String]) {
    let length = asked.word.chars().count();
    let allowed = match length {
        _ if asked.has_synonyms || length < MIN_TYPED => 0,
        MIN_TYPED_TWICE.. => 2,
        _ => 1,
    };
    let mut near: Vec<(usize, &String)> = spellings
        .iter()
        .map(|spelling| (strsim::osa_distance(&asked.word, spelling), spelling))
        .filter(|(distance, _)| (1..=allowed).contains(distance))
        .filter(|(_, spelling)| length >= MIN_TYPED_TWICE || spelling.chars().next() == asked.word.chars().next())
        .collect();
    near.sort();
    let nearest = near.first().map_or(0, |(distance, _)| *distance);
    for (distance, spelling) in near.into_iter().take_while(|(distance, _)| *distance == nearest).take(3) {
        for term in stems(spelling) {
            let quality = if distance == 1 { 85 } else { 70 };
            asked.alternatives.push(Alternative { terms: vec![term], quality, corrected: Some(spelling.clone()) });
        }
    }
    if asked.alternatives.iter().any(|alternative| alternative.corrected.is_some()) || length < MIN_CONTAINED {
        return;
    }
    let word = asked.word.clone();
    for spelling in spellings.iter().filter(|spelling| spelling.contains(&word)) {
        asked.add_word(spelling, PART_PERCENT);
    }
}

/// Adds both halves of a compound as an alternative, if entries have them; `is_known` says whether they do.
pub fn by_halves(asked: &mut QuestionWord, is_known: impl Fn(&str) -> bool) {
    let known = |word: &str| stems(word).into_iter().find(|term| is_known(term));
    let best = halves(&asked.word)
        .into_iter()
        .filter_map(|(left, right)| Some((left.len().min(right.len()), known(&left)?, known(&right)?)))
        .max();
    if let Some((_, left, right)) = best {
        asked.add(vec![left, right], COMPOUND_PERCENT);
    }
}

/// Adds terms that begin with `asked`.
pub fn by_beginning(asked: &mut QuestionWord, terms: impl IntoIterator<Item = String>) {
    for term in terms {
        asked.add(vec![term], PREFIX_PERCENT);
    }
}
