//! Words that say nothing about what is searched for.

use super::Language;

include!(concat!(env!("OUT_DIR"), "/stop_words.rs"));

/// Whether a word in lower case without accents is too common to be searched for.
pub fn is_stop_word(word: &str) -> bool {
    ENGLISH.binary_search(&word).is_ok() || GERMAN.binary_search(&word).is_ok()
}

/// The language of a text, by its stop words.
pub fn language<'a>(words: impl IntoIterator<Item = &'a str>) -> Language {
    let (mut english, mut german) = (0, 0);
    for word in words {
        english += usize::from(ENGLISH.binary_search(&word).is_ok());
        german += usize::from(GERMAN.binary_search(&word).is_ok());
    }
    if german > english { Language::German } else { Language::English }
}
