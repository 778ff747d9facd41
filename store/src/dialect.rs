//! The schema in PostgreSQL's dialect, derived from the one in which the steps of the schema are written.

/// A statement of a migration step as PostgreSQL accepts it.
///
/// Integers have 64 bits there too. Text compares byte by byte, whatever the locale of the database is: the order of repos decides the digest of a revision.
pub fn for_postgres(statement: &str) -> String {
    statement
        .replace("INTEGER", "BIGINT")
        .replace("BLOB", "BYTEA")
        .replace("TEXT", "TEXT COLLATE \"C\"")
        .replace(" WITHOUT ROWID", "")
}
