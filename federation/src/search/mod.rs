//! Searching the capabilities of a revision: what a query means, what is kept of an entry to find it, how it ranks, where a page
//! ends. Pure, and the same whatever database does the finding.

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
