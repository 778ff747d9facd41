//! Daily upkeep: prunes old data and data that nothing refers to any more.
//!
//! It works in small transactions, so that other writers get their turn in between. Each leaves the database
//! consistent. After an interruption the next refresh continues, and the day counts as done only when nothing is left.

mod events;
mod former;
mod fragments;
mod revisions;
mod search;
mod snapshots;

use super::leases::{self, Lease};
use super::{StoreError, row::Columns as _};
use crate::database::{Database, Row, write_with};
use crate::guarded::Guarded;
use federation::time::{CLOCK_TOLERANCE, Seconds};

/// A step of the schema.
pub(super) const INDEXES: &[&str] = &[
    // For finding the uses of a snapshot or a fragment.
    "CREATE INDEX revision_sources_with ON revision_sources (index_digest, repo, domain, revision)",
    "CREATE INDEX revisions_composed ON revisions (composed_at)",
    // Fragments that no stored revision uses, and since when. In a table of their own, since fragments are large rows.
    "CREATE TABLE unused_fragments (
        digest TEXT NOT NULL, repo TEXT NOT NULL, domain TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (digest, repo, domain))",
];

const DAY: Seconds = 24 * 60 * 60;
/// Rows that one transaction may delete …
const ROWS: usize = 500;
/// … and large rows, each with the body of an index.
const LARGE_ROWS: usize = 20;
/// Transactions after one refresh. The rest is left to the next one.
const STEPS: usize = 200;

/// The daily upkeep, and how much of it may still be done now.
struct Upkeep<'a, D, C> {
    database: &'a D,
    lease: &'a Lease,
    clock: C,
    steps: usize,
}

/// Prunes, unless that was done within the last day. Renews the lease throughout.
///
/// # Errors
/// If the database fails. Work done before that is kept.
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
    // Fragments first: marks of fragments in use again must be removed before revisions are pruned.
    let all = fragments::prune(&mut upkeep, now).await?
        && snapshots::prune(&mut upkeep, now).await?
        && revisions::prune(&mut upkeep, now).await?
        && search::prune(&mut upkeep, now).await?
        && former::prune(&mut upkeep, now).await?
        && events::prune(&mut upkeep, now).await?;
    if all {
        write_with(database, async |tx| {
            // This lease has no holder; it only stores the day.
            leases::take(tx, "upkeep", "day", now, now + DAY).await?;
            Ok::<_, StoreError>(())
        })
        .await?;
    }
    Ok(())
}

impl<D: Database, C: Fn() -> Seconds + Send + Sync> Upkeep<'_, D, C> {
    /// Makes the next step in a transaction; false if no more may be done now.
    async fn step(
        &mut self,
        work: impl AsyncFnOnce(&mut Guarded<D::Transaction>) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        let Some(left) = self.steps.checked_sub(1) else { return Ok(false) };
        self.steps = left;
        write_with(self.database, async |tx| {
            self.lease.renew(tx, (self.clock)()).await?;
            work(tx).await
        })
        .await?;
        Ok(true)
    }
}

/// The only integer of the only row; 0 if there is none.
fn integer(rows: &[Row]) -> Result<i64, StoreError> {
    rows.first().filter(|row| !row.is_null(0)).map_or(Ok(0), |row| row.integer(0))
}
