//! The hub's persistent state, as domain operations over the SQL that every backend shares. All SQL in this
//! workspace that names a table is here.
//!
//! `database` is the port that a host implements; `sqlite` implements it natively, `postgres` over connections of a host, and `file` backs up and
//! restores a database file. Placeholders are `$1`, `$2` … in the order of first use: SQLite numbers them by
//! appearance, PostgreSQL by their digits.

pub mod attempts;
pub mod catalogues;
pub mod database;
pub mod demand;
pub mod dialect;
pub mod either;
pub mod events;
pub mod exchanges;
pub mod facets;
#[cfg(not(target_family = "wasm"))]
pub mod file;
mod fills;
mod first_tables;
pub mod former;
pub mod fragments;
pub mod guarded;
pub mod hooks;
mod labels;
pub mod leases;
pub mod listing;
pub mod members;
pub mod migrations;
pub mod mirror;
#[cfg(not(target_family = "wasm"))]
pub mod moving;
mod needs;
pub mod neighbours;
pub mod overlaps;
pub mod postgres;
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
pub mod tombstones;
pub mod transparency;
pub mod upkeep;
pub mod upstreams;
pub mod uses;

use crate::database::DatabaseError;

/// Why a store operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is unavailable or reported an error.
    #[error("database: {0}")]
    Database(#[from] DatabaseError),
    /// A row does not contain what this version writes.
    #[error("unreadable row: {0}")]
    Unreadable(String),
    /// The database was written by a newer version.
    #[error(
        "the database has schema {found}, this version knows {known}: run the version that wrote it, or restore a backup"
    )]
    TooNew {
        /// Schema version of the database.
        found: i64,
        /// Newest schema version that this program knows.
        known: i64,
    },
    /// The database was written by an older version.
    #[error("the database has schema {found}, this version knows {known}: run this version on it once")]
    TooOld {
        /// Schema version of the database.
        found: i64,
        /// Newest schema version that this program knows.
        known: i64,
    },
    /// Another database was being moved into this one.
    #[error("a move into this database did not finish: run `reuse-surface migrate` again")]
    Unfinished,
    /// A database that must be empty is not.
    #[error("the database has content of its own")]
    NotEmpty,
}
