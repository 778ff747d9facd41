//! What is done once a day: what is old is forgotten, and what nothing refers to any more.
//!
//! Everything goes by small transactions, so that other writers get their turn between two of them. Each leaves the database whole: after an
//! interruption the next refresh goes on, and the day counts as done only when nothing is left.

mod events;
mod fragments;
mod revisions;
mod search;
mod snapshots;

use super::leases::{self, Lease};
use super::{StoreError, row::Columns as _};
use crate::database::{Database, Row, Transaction as _};
use federation::time::{CLOCK_TOLERANCE, Seconds};

/// Step of the schema.
pub(super) const INDEXES: &[&str] = &[
    // What a snapshot or a fragment is used by.
    "CREATE INDEX revision_sources_with ON revision_sources (index_digest, repo, domain, revision)",
    "CREATE INDEX revisions_composed ON revisions (composed_at)",
    // Fragments that no kept revision has, and since when that is known. Beside the fragments, since these are large rows.
    "CREATE TABLE unused_fragments (
        digest TEXT NOT NULL, repo TEXT NOT NULL, domain TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (digest, repo, domain))",
];

const DAY: Seconds = 24 * 60 * 60;
/// Rows that one transaction may take away …
const ROWS: usize = 500;
/// … and large ones, with the body of an index each.
const LARGE_ROWS: usize = 20;
/// Transactions after one refresh. What is left then is left to the next one.
const STEPS: usize = 200;

/// A day's work, and how much of it may be done now.
struct Upkeep<'a, D, C> {
    database: &'a D,
    lease: &'a Lease,
    clock: C,
    steps: usize,
}

/// Prunes, unless that was done in the last day. The lease is renewed all the while.
///
/// # Errors
/// When the database fails. What was done until then stays done.
pub async fn daily(
    database: &impl Database,
    lease: &Lease,
    clock: impl Fn() -> Seconds + Send + Sync,
) -> Result<(), StoreError> {
    let now = clock();
    let done = "SELECT 1 FROM leases WHERE name = 'upkeep' AND expires_at > $1 AND expires_at <= $2";
    if !database.query(done, vec![now.into(), (now + DAY + CLOCK_TOLERANCE).into()]).await?.is_empty() {
        return Ok(());
    }
    let mut upkeep = Upkeep { database, lease, clock, steps: STEPS };
    // Fragments first: marks of those that are used again go before revisions do.
    let all = fragments::prune(&mut upkeep, now).await?
        && snapshots::prune(&mut upkeep, now).await?
        && revisions::prune(&mut upkeep, now).await?
        && search::prune(&mut upkeep, now).await?
        && events::prune(&mut upkeep, now).await?;
    if all {
        let mut tx = database.write().await?;
        // Held by nobody in particular: it only remembers the day.
        leases::take(&mut tx, "upkeep", "day", now, now + DAY).await?;
        tx.commit().await?;
    }
    Ok(())
}

impl<D: Database, C: Fn() -> Seconds + Send + Sync> Upkeep<'_, D, C> {
    /// A transaction for the next step; `None` if no more are to be done now.
    async fn step(&mut self) -> Result<Option<D::Transaction>, StoreError> {
        let Some(left) = self.steps.checked_sub(1) else { return Ok(None) };
        self.steps = left;
        let mut tx = self.database.write().await?;
        self.lease.renew(&mut tx, (self.clock)()).await?;
        Ok(Some(tx))
    }
}

/// The only integer of the only row; 0 if there is none.
fn integer(rows: &[Row]) -> Result<i64, StoreError> {
    rows.first().filter(|row| !row.is_null(0)).map_or(Ok(0), |row| row.integer(0))
}
