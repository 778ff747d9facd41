//! The schema, as numbered steps. A released step never changes; a new requirement needs a new step.
//!
//! While a hub is upgraded, or after it was rolled back, a program meets a schema with steps that it does not know. Each step names the oldest
//! version whose program can go on with it, reading and writing:
//!
//! - A step that only adds (a table, an index, a nullable column or one with a default) names the same version as the step before it, if what older programs
//!   write stays correct without it: they leave the column at its default, which may mean no more than "not written yet".
//! - A step that changes or removes something names the version since which no program needs it as it was. That is its own version if the program before it
//!   does.
//!
//! So a change is made over three releases: the first adds and writes both, the second reads the new one, the third removes the old one.

use crate::database::{Database, Row, Transaction, write_with};
use crate::first_tables::{FIRST, TOKENS};
use crate::{
    StoreError, catalogues, demand, exchanges, facets, fills, fragments, hooks, labels, leases, listing, mirror,
    overlaps, quiet, registrations, revisions,
    revisions::steps,
    row::{Reader, SoleColumn as _},
    search, tallies, tombstones, transparency, upkeep, upstreams, uses,
};
use federation::time::{Seconds, rfc3339};

/// Step `n` is `STEPS[n - 1]`: the oldest version whose program can go on with the database after it, and its statements. Each statement is a separate
/// string, since a host runs only the first of several. The types are `INTEGER`, `TEXT` and `BLOB`, which [`for_postgres`](crate::dialect::for_postgres)
/// translates.
const STEPS: [(i64, &[&str]); 33] = [
    // Programs that do not know step 26 ignore these versions.
    (1, FIRST),
    (2, search::TABLES),
    (3, TOKENS),
    (4, tallies::TABLES),
    (5, fragments::DIGESTS),
    (6, listing::COLUMNS_OF_LISTS),
    (7, leases::JUDGING),
    (8, &[quiet::TABLE]),
    (9, upkeep::INDEXES),
    (10, fragments::PIECES),
    (11, steps::TABLES),
    (12, search::INDEX),
    (13, facets::TABLES),
    (14, demand::TABLES),
    (15, overlaps::TABLES),
    (16, hooks::TABLES),
    (17, search::EMPTY_SEARCH_INDEX),
    (18, listing::POLLED_EVERY),
    (19, registrations::FORMAT),
    (20, exchanges::TABLES),
    (21, registrations::FILES),
    (22, labels::TABLES),
    (23, catalogues::TABLES),
    (24, &[mirror::TABLE]),
    (25, hooks::URL_INDEX_IGNORES_CASE),
    (26, READABLE_FROM),
    (26, uses::TABLES),
    (26, tombstones::TABLES),
    // An older program publishes without a leaf, which the next revision of a newer one adds.
    (26, transparency::TABLES),
    // Once a line came through another hub, the database needs this version: see [`needs`](crate::needs).
    (26, revisions::VIA),
    (26, upstreams::TABLES),
    (26, &[mirror::VERIFIED_AT]),
    (26, hooks::URL_INDEX_OF_BEGINNINGS),
];

const READABLE_FROM: &[&str] = &["ALTER TABLE migrations ADD COLUMN readable_from INTEGER NOT NULL DEFAULT 0"];

/// The version of the database, and the oldest one whose program can go on with it.
const VERSIONS: &str = "SELECT max(version), max(readable_from) FROM migrations";

/// The version of a database into which another one is being moved, until all of it is there.
pub(crate) const UNFINISHED: i64 = 1 << 40;

/// Migrates the database to the schema of this version. One with unknown steps is left as it is if this program can go on with it.
///
/// # Errors
/// If the database is not writable, or was written by a newer version with which this program cannot go on.
pub async fn migrate(database: &impl Database, now: Seconds) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    // If the database is up to date, even a read-only one, a single read is enough.
    if let Ok(rows) = database.query(VERSIONS, Vec::new()).await
        && let Some(found) = rows.first().and_then(|row| Reader::of(row).integer().ok()).filter(|found| *found >= known)
    {
        return check(found, &rows, known);
    }
    database.prepare().await?;
    write_with(database, async |tx| {
        tx.query(
            "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY NOT NULL, applied_at TEXT NOT NULL)",
            Vec::new(),
        )
        .await?;
        let rows = tx.query("SELECT coalesce(max(version), 0) FROM migrations", Vec::new()).await?;
        let found = rows.first().map_or(Ok(0), |row| row.integer())?;
        if found > known {
            return check(found, &tx.query(VERSIONS, Vec::new()).await?, known);
        }
        for (version, (_, statements)) in (1..).zip(STEPS).skip_while(|(version, _)| *version <= found) {
            for statement in statements {
                tx.query(statement, Vec::new()).await?;
            }
            fills::fill(tx, version).await?;
            tx.query(
                "INSERT INTO migrations (version, applied_at) VALUES ($1, $2)",
                vec![i64::into(version), rfc3339(now).into()],
            )
            .await?;
        }
        for (version, (readable_from, _)) in (1_i64..).zip(STEPS).skip_while(|(version, _)| *version <= found) {
            let sql = "UPDATE migrations SET readable_from = $1 WHERE version = $2";
            tx.query(sql, vec![readable_from.into(), version.into()]).await?;
        }
        fills::fill_last(tx, found).await
    })
    .await
}

/// Checks that a database has the newest schema that this program knows.
///
/// # Errors
/// If it has another one.
#[cfg(not(target_family = "wasm"))]
pub(crate) async fn is_newest(tx: &mut impl Transaction) -> Result<(), StoreError> {
    let rows = tx.query("SELECT max(version) FROM migrations", Vec::new()).await?;
    let found = rows.first().map_or(Ok(0), |row| row.integer())?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    match found {
        UNFINISHED => Err(StoreError::Unfinished),
        found if found > known => Err(StoreError::TooNew { found, known }),
        found if found < known => Err(StoreError::TooOld { found, known }),
        _ => Ok(()),
    }
}

/// Checks that a program that knows this many steps can go on with these [`VERSIONS`].
fn check(found: i64, versions: &[Row], known: i64) -> Result<(), StoreError> {
    if found == UNFINISHED {
        return Err(StoreError::Unfinished);
    }
    let readable_from = |row: &Row| {
        let mut row = Reader::of(row);
        row.value();
        row.integer()
    };
    match versions.first().map_or(Ok(found), readable_from)? {
        readable_from if readable_from > known => Err(StoreError::TooNew { found, known }),
        _ => Ok(()),
    }
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
        for statement in STEPS.iter().flat_map(|(_, statements)| statements.iter()) {
            let derived = for_postgres(statement);
            let upper = derived.to_uppercase();
            let words: Vec<&str> = upper.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            for word in OF_SQLITE_ONLY {
                assert!(!words.contains(&word), "{word}: {derived}");
            }
            assert!(!upper.contains(" OVERLAPS "), "an unquoted word of PostgreSQL's: {derived}");
            // A text that is compared by a locale would change the order of repos, and with it every digest.
            assert_eq!(upper.matches("TEXT").count(), upper.matches("TEXT COLLATE \"C\"").count(), "{derived}");
            assert!(
                !statement.contains("BIGINT") && !statement.contains("VARCHAR"),
                "one spelling of each type: {statement}"
            );
        }
    }

    #[test]
    fn every_step_says_a_version_that_there_is() {
        let mut before = 0;
        for (version, (readable_from, _)) in (1..).zip(STEPS) {
            assert!((before..=version).contains(&readable_from), "step {version} cannot be read from {readable_from}");
            before = readable_from;
        }
    }
}
