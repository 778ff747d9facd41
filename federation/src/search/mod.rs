//! Search over the capabilities of a revision: queries, the index, ranking and pages. Pure, and independent of the
//! database that stores the index.

mod cursor;
mod demand;
mod entry;
mod fields;
mod find;
mod fit;
mod gone;
mod guess;
mod language;
mod meaning;
mod overlap;
mod page;
mod posting;
mod postings;
mod query;
mod question;
mod rank;
mod row;
mod shorten;
mod successors;
mod weigh;
mod words;

pub use cursor::{Cursor, SortKey};
pub use demand::NormalisedQuestion;
pub use entry::entries;
pub use fields::Fields;
pub use find::{Guesses, Index, Unknown, find};
pub use fit::{Corrected, Fit, MAX_NEAR, Near, Wording};
pub use gone::{named_ids, names};
pub use guess::{MAX_ERRORS, min_contained, min_shared, trigrams};
pub use language::{Synonyms, TooManySynonyms};
pub use overlap::{Counts, MAX_OVERLAPS, Overlap, Profile};
pub use page::{BYTES_PER_TOKEN, Hit, Page, TooSmall};
pub use posting::{BYTES_PER_ENTRY, Posting};
pub use postings::{MEANING, filter_term, id_term, postings};
pub use query::{Query, QueryError};
pub use rank::{Answered, Match};
pub use row::Row;
pub use words::words;

/// The term that every entry has.
pub const ALL: &str = "";
