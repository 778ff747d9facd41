//! `spin:sqlite`: SQLite files in the data directory, behind the labels that the manifest grants.

mod connection;
mod database;
mod host;

pub(crate) use database::Databases;
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub use database::Lease;
pub use database::{is_data_dir, lock_data_dir};
pub(crate) use host::{Sqlite, SqliteState, SqliteView};

#[cfg(test)]
mod tests;
