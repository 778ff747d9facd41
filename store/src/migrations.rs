//! The schema, as numbered steps. A released step never changes; a new requirement needs a new step.

use crate::database::{Database, Transaction, write_with};
use crate::{
    StoreError, catalogues, demand, exchanges, facets, fragments, hooks, labels, leases, listing, mirror, overlaps,
    quiet, registrations, revisions::steps, row::Columns as _, search, tallies, upkeep,
};
use federation::time::{Seconds, rfc3339};

/// Step `n` is `STEPS[n - 1]`. Each statement is a separate string, since a host runs only the first of several. The types are `INTEGER`, `TEXT` and `BLOB`,
/// of which [`for_postgres`](crate::dialect::for_postgres) knows what they are in PostgreSQL.
const STEPS: [&[&str]; 24] = [
    FIRST,
    search::TABLES,
    TOKENS,
    tallies::TABLES,
    fragments::DIGESTS,
    listing::COLUMNS_OF_LISTS,
    leases::JUDGING,
    &[quiet::TABLE],
    upkeep::INDEXES,
    fragments::PIECES,
    steps::TABLES,
    search::INDEX,
    facets::TABLES,
    demand::TABLES,
    overlaps::TABLES,
    hooks::TABLES,
    search::ANEW,
    listing::POLLED_EVERY,
    registrations::FORMAT,
    exchanges::TABLES,
    registrations::FILES,
    labels::TABLES,
    catalogues::TABLES,
    &[mirror::TABLE],
];

/// The step after which fragments get their digests.
const DIGESTS: i64 = 5;

/// The step that adds the columns of lists. They are filled after all steps, since that is done as registrations are written now.
const LISTS: i64 = 6;

/// The step after which fragments are split into pieces.
const PIECES: i64 = 10;

/// The step after which the changes of every revision are written.
const CHANGES: i64 = 11;

/// The step after which the index of the search is built from the published revision.
const SEARCH: i64 = 12;

/// The step after which the statuses and tags of the published revision are counted.
const FACETS: i64 = 13;

/// The step after which all that is published is to be compared.
const OVERLAPS: i64 = 15;

/// The step after which the index of the search is built anew, since entries have more terms.
const TERMS: i64 = 17;

/// The step after which every registration gets the file that its URL names.
const FILES: i64 = 21;

const FIRST: &[&str] = &[
    "CREATE TABLE registrations (
        repo TEXT PRIMARY KEY NOT NULL, url TEXT NOT NULL, domain TEXT NOT NULL, enabled INTEGER NOT NULL,
        required INTEGER NOT NULL, cache_ttl_seconds INTEGER NOT NULL, description TEXT NOT NULL,
        registered_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, registered_by TEXT NOT NULL,
        incarnation INTEGER NOT NULL)",
    // The record is JSON (federation::source::SourceRecord): only the state machine reads or writes its
    // parts. The columns next to it serve every read: when a check is due (never, while disabled), and the
    // age of the oldest contribution.
    "CREATE TABLE source_state (
        repo TEXT PRIMARY KEY NOT NULL REFERENCES registrations (repo) ON DELETE CASCADE,
        record TEXT NOT NULL, next_check_at INTEGER NOT NULL, verified_at INTEGER)",
    "CREATE INDEX source_state_due ON source_state (next_check_at)",
    "CREATE INDEX source_state_verified ON source_state (verified_at)",
    // Exact bytes of valid indexes, gzip-compressed.
    "CREATE TABLE snapshots (
        digest TEXT PRIMARY KEY NOT NULL, body BLOB NOT NULL, capability_count INTEGER NOT NULL, stored_at INTEGER NOT NULL)",
    "CREATE TABLE fragments (
        digest TEXT NOT NULL REFERENCES snapshots (digest) ON DELETE CASCADE, repo TEXT NOT NULL, domain TEXT NOT NULL,
        json TEXT NOT NULL, yaml TEXT NOT NULL, ids TEXT NOT NULL, PRIMARY KEY (digest, repo, domain))",
    "CREATE TABLE revisions (
        number INTEGER PRIMARY KEY NOT NULL, digest TEXT NOT NULL, composed_at INTEGER NOT NULL, actor TEXT NOT NULL,
        cause TEXT NOT NULL, source_count INTEGER NOT NULL, capability_count INTEGER NOT NULL)",
    // Only the changes of a revision; index_digest is empty if it removed the source.
    "CREATE TABLE revision_sources (
        revision INTEGER NOT NULL, repo TEXT NOT NULL, url TEXT NOT NULL,
        domain TEXT NOT NULL, required INTEGER NOT NULL, index_digest TEXT NOT NULL, capability_count INTEGER NOT NULL,
        PRIMARY KEY (revision, repo))",
    "CREATE INDEX revision_sources_of ON revision_sources (repo, revision)",
    // The complete newest revision, so that the cost of reading and publishing it does not
    // depend on the length of the history.
    "CREATE TABLE composition (
        repo TEXT PRIMARY KEY NOT NULL, url TEXT NOT NULL, domain TEXT NOT NULL, required INTEGER NOT NULL,
        index_digest TEXT NOT NULL, capability_count INTEGER NOT NULL)",
    "CREATE TABLE leases (name TEXT PRIMARY KEY NOT NULL, holder TEXT NOT NULL, expires_at INTEGER NOT NULL)",
];

const TOKENS: &[&str] = &[
    // Rows are never deleted: a name, once used, keeps its meaning in registrations, revisions and events.
    "CREATE TABLE tokens (
        name TEXT PRIMARY KEY NOT NULL, digest TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, description TEXT NOT NULL,
        created_at INTEGER NOT NULL, created_by TEXT NOT NULL, expires_at INTEGER, last_used_at INTEGER,
        revoked_at INTEGER, revoked_by TEXT)",
    // `was` and `became` are JSON, or NULL if there is no such state.
    "CREATE TABLE events (
        number INTEGER PRIMARY KEY NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
        kind TEXT NOT NULL, subject TEXT NOT NULL, was TEXT, became TEXT, revision INTEGER, request_id TEXT NOT NULL)",
    "CREATE INDEX events_about ON events (subject, number)",
    "CREATE INDEX events_by ON events (actor, number)",
    "CREATE TABLE auth_failures (address TEXT PRIMARY KEY NOT NULL, since INTEGER NOT NULL, failures INTEGER NOT NULL)",
];

/// Migrates the database to the schema of this version.
///
/// # Errors
/// If the database is not writable, or a newer version has written it.
pub async fn migrate(database: &impl Database, now: Seconds) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    // If the database is up to date, even a read-only one, a single read is enough.
    if let Ok(rows) = database.query("SELECT max(version) FROM migrations", Vec::new()).await
        && let Some(found) = rows.first().and_then(|row| row.integer(0).ok())
    {
        if found == known {
            return Ok(());
        }
        if found > known {
            return Err(StoreError::TooNew { found, known });
        }
    }
    database.prepare().await?;
    write_with(database, async |tx| {
        tx.query(
            "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY NOT NULL, applied_at TEXT NOT NULL)",
            Vec::new(),
        )
        .await?;
        let rows = tx.query("SELECT coalesce(max(version), 0) FROM migrations", Vec::new()).await?;
        let found = rows.first().map_or(Ok(0), |row| row.integer(0))?;
        if found > known {
            return Err(StoreError::TooNew { found, known });
        }
        for (version, step) in (1..).zip(STEPS).skip_while(|(version, _)| *version <= found) {
            for statement in step {
                tx.query(statement, Vec::new()).await?;
            }
            if version == DIGESTS {
                fragments::set_up(tx).await?;
            }
            if version == PIECES {
                fragments::cut_up(tx).await?;
            }
            if version == CHANGES {
                steps::fill(tx).await?;
            }
            if version == SEARCH || version == TERMS {
                search::set_up(tx).await?;
            }
            if version == FACETS {
                facets::fill(tx).await?;
            }
            if version == OVERLAPS {
                overlaps::fill(tx).await?;
            }
            if version == FILES {
                registrations::fill_files(tx).await?;
            }
            tx.query(
                "INSERT INTO migrations (version, applied_at) VALUES ($1, $2)",
                vec![i64::into(version), rfc3339(now).into()],
            )
            .await?;
        }
        if found < LISTS {
            listing::fill(tx).await?;
        }
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::STEPS;
    use crate::dialect::for_postgres;

    /// Words and functions that PostgreSQL does not have, or has in another meaning.
    const OF_SQLITE_ONLY: [&str; 17] = [
        "INTEGER",
        "BLOB",
        "DATETIME",
        "REAL",
        "ROWID",
        "STRICT",
        "AUTOINCREMENT",
        "VIRTUAL",
        "FTS5",
        "PRAGMA",
        "GLOB",
        "REPLACE",
        "IGNORE",
        "IFNULL",
        "HEX",
        "X",
        "NOCASE",
    ];

    #[test]
    fn no_step_has_a_word_that_postgresql_does_not_have() {
        for statement in STEPS.iter().flat_map(|step| step.iter()) {
            let derived = for_postgres(statement);
            let upper = derived.to_uppercase();
            let words: Vec<&str> = upper.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            for word in OF_SQLITE_ONLY {
                assert!(!words.contains(&word), "{word}: {derived}");
            }
            // A text that is compared by a locale would change the order of repos, and with it every digest.
            assert_eq!(upper.matches("TEXT").count(), upper.matches("TEXT COLLATE \"C\"").count(), "{derived}");
            assert!(
                !statement.contains("BIGINT") && !statement.contains("VARCHAR"),
                "one spelling of each type: {statement}"
            );
        }
    }
}
