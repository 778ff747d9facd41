//! Pages for people: HTML from the same store that the API reads, whole without scripts.
//!
//! A page is a file; `layout` is around all of them, `elements` are their parts, `response` their headers.

mod capabilities;
mod capability;
mod elements;
mod entry;
mod home;
mod layout;
mod negotiation;
mod problem;
mod problems;
mod repo;
mod response;
mod revision;
mod revisions;
mod words;

pub use capabilities::{__path_capabilities, capabilities};
pub use capability::{__path_capability, capability};
pub use home::{__path_home, home};
pub use negotiation::wants_page;
pub use problem::problem;
pub use problems::{explained, problems};
pub use repo::{__path_repo, repo};
pub use response::{__path_favicon, error_headers, favicon};
pub use revision::{__path_revision, revision};
pub use revisions::{__path_revisions, revisions};

use layout::{Page, Section};
