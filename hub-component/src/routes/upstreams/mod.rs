//! Upstreams over HTTP.

mod list;
mod remove;
mod set;
mod show;

pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
pub use set::{__path_set, set};
pub use show::{__path_show, show};
