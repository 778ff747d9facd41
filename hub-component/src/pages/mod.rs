//! Pages for people: HTML from the same store that the API reads, whole without scripts.
//!
//! A page is a file; `layout` is around all of them, `elements` are their parts, `response` their headers.

mod elements;
mod home;
mod layout;
mod negotiation;
mod problem;
mod repo;
mod response;
mod revision;
mod revisions;
mod words;

pub use home::{__path_home, home};
pub use negotiation::wants_page;
pub use problem::problem;
pub use repo::{__path_repo, repo};
pub use response::{__path_favicon, error_headers, favicon};
pub use revision::{__path_revision, revision};
pub use revisions::{__path_revisions, revisions};

use layout::{Page, Section};
