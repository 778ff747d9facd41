//! Search over the capabilities of a revision: queries, the searchable form of entries, ranking and pages. Pure, and
//! independent of the database that finds the matches.

mod cursor;
mod entry;
mod fields;
mod page;
mod query;
pub mod rank;
mod words;

pub use cursor::{Cursor, Place};
pub use entry::{Entry, TAG_BOUNDARY, entries};
pub use fields::Fields;
pub use page::{BYTES_PER_TOKEN, Hit, Page, TooSmall};
pub use query::{Query, QueryError};
pub use words::{in_column, words};
