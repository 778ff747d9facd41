//! What a search reads of the index.

use super::posting;

/// The entries of one source that have a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The term.
    pub term: String,
    /// The number of the source's index in the database.
    pub fragment: i64,
    /// The source.
    pub repo: String,
    /// Whether the filters admit the source.
    pub is_admitted: bool,
    /// [`super::Posting::entries`].
    pub entries: Vec<u8>,
}

impl Row {
    /// The positions of its entries, in order.
    pub fn positions(&self) -> impl Iterator<Item = u16> + '_ {
        posting::read(&self.entries).map(|(position, _)| position)
    }
}
