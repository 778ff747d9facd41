//! The federated document, its manifest, and its history.

mod compose;
mod document;
mod log;
mod manifest;
mod revisions;

pub use compose::{__path_compose, compose};
pub use document::{__path_read, read};
pub use log::{__path_follow, follow};
pub use manifest::{__path_manifest, manifest};
pub use revisions::{__path_revisions, revisions};
