//! The federated document: a pure function of the sources and their contributions.
//!
//! The capabilities of each source are rendered once, as a [`Fragment`]. A document is a head followed by fragments. So
//! only changes cost rendering time, and equal inputs give equal bytes on every machine.

mod conflicts;
mod document;
mod filter;
mod fragment;
pub mod pieces;
mod source_line;

pub use conflicts::{Conflict, Conflicts, Listing, conflicts};
pub use document::{Document, Format, Frame};
pub use filter::{Filter, FilterError};
pub use fragment::{Fragment, entries};
pub use source_line::{CanonicalLine, SourceLine, SourcesDigester, digest};
