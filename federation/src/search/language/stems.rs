//! Stems of words. `build.rs` uses this file as well, so that the table of synonyms has the same stems.

use frostem::{Algorithm, Stemmer};

/// A language whose stems are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Used for every text that is not German.
    English,
    /// German.
    German,
}

/// Shortest word that is stemmed, in characters: shorter ones are mostly abbreviations.
const MIN_CHARS: usize = 4;

/// The stem of a word in lower case, by Snowball's algorithm. Words with digits and short words are their own stem.
pub fn stem(word: &str, language: Language) -> String {
    if word.chars().any(|c| !c.is_alphabetic()) || word.chars().count() < MIN_CHARS {
        return word.to_owned();
    }
    let algorithm = match language {
        Language::English => Algorithm::English,
        Language::German => Algorithm::German,
    };
    Stemmer::new(algorithm).stem(word).into_owned()
}
