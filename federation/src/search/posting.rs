//! The row of a term in the index of a source.

use std::collections::BTreeSet;

/// Maximum number of pairs of an entry and one of its words that a source has, and again as many that are inherited: 4 million, of three bytes each. Twenty thousand
/// entries in prose that fill an index have 2.5 million. If there are more, each entry keeps an equal share: its first words.
pub(super) const MAX_PAIRS: usize = 4_000_000;

/// Bytes of an entry in [`Posting::entries`].
pub const BYTES_PER_ENTRY: i64 = 3;

/// The entries of one source that have a term, each with its points, and the spellings of the term.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posting {
    /// Three bytes for each entry, in order: its position as a big-endian number, and its points.
    pub entries: Vec<u8>,
    /// The words that have this term as their stem, a few, ordered.
    pub spellings: BTreeSet<String>,
}

/// Reads [`Posting::entries`]: positions and points.
pub fn read(entries: &[u8]) -> impl Iterator<Item = (u16, u8)> + '_ {
    entries.chunks_exact(3).filter_map(|entry| match entry {
        &[high, low, points] => Some((u16::from_be_bytes([high, low]), points)),
        _ => None,
    })
}

/// Whether a term is neither a word nor a [`whole_term`].
pub(super) fn is_filter(term: &str) -> bool {
    term.is_empty() || term.contains(':')
}
