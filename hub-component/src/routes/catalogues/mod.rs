//! Catalogues over HTTP.

mod create;
mod delete;
mod list;
mod release;
mod show;
mod update;

pub use create::{__path_create, create};
pub use delete::{__path_delete, delete};
pub use list::{__path_list, list};
pub use release::{__path_release, release};
pub use show::{__path_show, show};
pub use update::{__path_update, update};
