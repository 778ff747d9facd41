//! The federated document, its manifest, and its history.

mod compose;
mod document;
mod manifest;
mod revisions;

pub use compose::{__path_compose, compose};
pub use document::{__path_read, read};
pub use manifest::{__path_manifest, manifest};
pub use revisions::{__path_revisions, revisions};
