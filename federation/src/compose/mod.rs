//! The federated document: a pure function of the sources and what each contributes.
//!
//! Every source's capabilities are rendered once, as a [`Fragment`]; a document is a head and the fragments one after another.
//! So rendering costs what changed, and equal inputs give equal bytes on every machine.

mod conflicts;
mod document;
mod filter;
mod fragment;
pub mod pieces;
mod source_line;

pub use conflicts::{Conflict, conflicts};
pub use document::{Document, Format, Frame};
pub use filter::{Filter, FilterError};
pub use fragment::{Fragment, entries};
pub use source_line::{SourceLine, digest};
