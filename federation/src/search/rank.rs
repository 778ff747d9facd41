//! The rank of a match: an integer that depends only on the entry and the query. So it is the same in every database
//! and does not change when others publish. Matches of equal rank are ordered by repo, then by position.
//!
//! Each word of the query counts once, by the best position where it occurs; a database adds these numbers up.

/// The query is the whole id.
pub const ID_IS_QUERY: u32 = 1000;
/// The words of the name are exactly those of the query.
pub const NAME_IS_QUERY: u32 = 100;
/// The word occurs in the id.
pub const WORD_IN_ID: u32 = 16;
/// The word occurs in the name.
pub const WORD_IN_NAME: u32 = 12;
/// The word occurs in a tag.
pub const WORD_IN_TAG: u32 = 10;
/// A word of the id begins with it.
pub const BEGINS_IN_ID: u32 = 8;
/// A word of the name begins with it.
pub const BEGINS_IN_NAME: u32 = 6;
/// A word of a tag begins with it.
pub const BEGINS_IN_TAG: u32 = 5;
/// The word occurs in the summary.
pub const WORD_IN_SUMMARY: u32 = 4;
/// A word of the summary begins with it.
pub const BEGINS_IN_SUMMARY: u32 = 2;
