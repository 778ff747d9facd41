//! Words that mean the same.

use super::synonym_table::{Table, read};

include!(concat!(env!("OUT_DIR"), "/synonyms.rs"));

/// Longest text of additional synonyms, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The synonyms that a search uses: those of this release, and additional ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms(Table);

/// The text of additional synonyms is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a table of synonyms may have at most {MAX_BYTES} bytes")]
pub struct TooManySynonyms;

impl Synonyms {
    /// Adds the groups of a text to those of this release: on each line, or up to a semicolon, words or phrases that
    /// mean the same (`k8s, kubernetes`), or what a word stands for (`redis > cache`).
    ///
    /// # Errors
    /// If the text is too long.
    pub fn with(text: &str) -> Result<Self, TooManySynonyms> {
        if text.len() > MAX_BYTES { Err(TooManySynonyms) } else { Ok(Self(read(text))) }
    }

    /// The synonyms of a word or phrase, all as stems separated by spaces.
    pub fn of<'a>(&'a self, stems: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let ours = SYNONYMS.binary_search_by_key(&stems, |(key, _)| key).ok();
        let ours = ours.and_then(|at| SYNONYMS.get(at)).map_or(&[][..], |(_, synonyms)| synonyms);
        let added = self.0.get(stems);
        ours.iter().copied().chain(added.into_iter().flatten().map(String::as_str))
    }
}
