//! Counters of refreshes since the database was created. They are updated in the transaction of the
//! refresh, so that they are exact.

use crate::database::{Row, Transaction};
use crate::{StoreError, row::Reader};
use std::collections::BTreeMap;
use std::time::Duration;

/// Migration step: creates the table that counts checks.
pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE check_tallies (outcome TEXT PRIMARY KEY NOT NULL, checks INTEGER NOT NULL, milliseconds INTEGER NOT NULL)",
];

/// Part of the migration step `fragments::DIGESTS`: creates the table of counters.
pub(super) const COUNTERS: &str = "CREATE TABLE counters (name TEXT PRIMARY KEY NOT NULL, count INTEGER NOT NULL)";

/// Damaged fragments that were replaced.
pub const FRAGMENTS_MENDED: &str = "fragments_mended";
/// Invalid tokens, as far as failures are counted.
pub const INVALID_TOKENS: &str = "invalid_tokens";

/// The number of checks with one outcome, and their total duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The outcome, as in the report of a refresh.
    pub outcome: String,
    /// Number of checks since the database was created.
    pub checks: u64,
    /// Total time of fetching and validation, in milliseconds.
    pub milliseconds: u64,
}

/// Counts checks, each with its outcome and duration.
pub async fn add<'a>(
    tx: &mut impl Transaction,
    checks: impl Iterator<Item = (&'a str, Duration)>,
) -> Result<(), StoreError> {
    let mut sums = BTreeMap::<_, (usize, Duration)>::new();
    for (outcome, took) in checks {
        let (count, time) = sums.entry(outcome).or_default();
        *count += 1;
        *time += took;
    }
    for (outcome, (checks, took)) in sums {
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tx.query(
            "INSERT INTO check_tallies (outcome, checks, milliseconds) VALUES ($1, $2, $3)
             ON CONFLICT (outcome) DO UPDATE SET checks = check_tallies.checks + excluded.checks,
             milliseconds = check_tallies.milliseconds + excluded.milliseconds",
            vec![outcome.into(), checks.into(), milliseconds.into()],
        )
        .await?;
    }
    Ok(())
}

/// All tallies, by outcome.
pub async fn all(tx: &mut impl Transaction) -> Result<Vec<Tally>, StoreError> {
    let rows = tx.query("SELECT outcome, checks, milliseconds FROM check_tallies ORDER BY outcome", Vec::new()).await?;
    let tally = |row: &Row| {
        let mut row = Reader::of(row);
        Ok(Tally { outcome: row.string()?, checks: row.count()?, milliseconds: row.count()? })
    };
    rows.iter().map(tally).collect()
}

/// Increases a counter.
pub async fn count(tx: &mut impl Transaction, name: &str, by: u64) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO counters (name, count) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET count = counters.count + excluded.count",
        vec![name.into(), by.into()],
    )
    .await?;
    Ok(())
}

/// All counters by name; one that never counted is missing.
pub async fn counts(tx: &mut impl Transaction) -> Result<BTreeMap<String, u64>, StoreError> {
    let rows = tx.query("SELECT name, count FROM counters", Vec::new()).await?;
    let counter = |row: &Row| {
        let mut row = Reader::of(row);
        Ok((row.string()?, row.count()?))
    };
    rows.iter().map(counter).collect()
}
