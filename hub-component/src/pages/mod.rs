//! HTML pages for people, from the same store that the API reads. They work without scripts.
//!
//! Each page is a file. `layout` surrounds all of them, `elements` has their parts, and `response` their headers.

mod capabilities;
mod capability;
mod codes;
mod demand;
mod elements;
mod entry;
mod facets;
mod growth;
mod layout;
mod missing;
mod near;
mod overlaps;
mod parameters;
mod problem;
mod repo;
mod repos;
mod response;
mod revision;
mod revisions;
mod start;
mod words;

pub use capabilities::{__path_capabilities, capabilities};
pub use capability::{__path_capability, capability};
pub use codes::{__path_list as __path_codes, __path_show as __path_code, list as codes, show as code};
pub use demand::{__path_demand, demand};
use layout::{Page, Search, Section};
pub use overlaps::{__path_overlaps, overlaps};
pub use problem::problem;
pub use repo::{__path_repo, repo};
pub use repos::{__path_repos, repos};
pub use response::{__path_favicon, favicon};
pub use revision::{__path_revision, revision};
pub use revisions::{__path_revisions, revisions};
pub use start::{__path_start, start};
