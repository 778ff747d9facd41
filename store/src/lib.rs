//! What the hub remembers, as operations of the domain over the SQL that every backend shares. All SQL of this workspace that names a table is here.
//!
//! `database` is the port that a host fills; `sqlite` fills it natively, and `file` backs up and restores a database as a file. Placeholders are `$1`, `$2` … in the order of their first use: SQLite numbers them by appearance, PostgreSQL by their digits.

pub mod database;
pub mod events;
pub mod failures;
#[cfg(not(target_family = "wasm"))]
pub mod file;
pub mod fragments;
pub mod leases;
pub mod listing;
pub mod migrations;
pub mod probe;
pub mod quiet;
pub mod registrations;
pub mod revisions;
mod row;
pub mod search;
pub mod snapshots;
pub mod sources;
#[cfg(not(target_family = "wasm"))]
pub mod sqlite;
mod statement;
pub mod tallies;
pub mod tokens;
pub mod upkeep;

use crate::database::DatabaseError;

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or is not there.
    #[error("database: {0}")]
    Database(#[from] DatabaseError),
    /// A row does not hold what this version wrote.
    #[error("unreadable row: {0}")]
    Unreadable(String),
    /// The database was written by a newer version.
    #[error(
        "the database has schema {found}, this version knows {known}: run the version that wrote it, or restore a backup"
    )]
    TooNew {
        /// Schema of the database.
        found: i64,
        /// Newest schema this version knows.
        known: i64,
    },
}
