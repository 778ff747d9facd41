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
mod steps;

use super::StoreError;
use super::leases::{self, Lease};
use crate::database::{Database, write_with};
use federation::time::{CLOCK_TOLERANCE, Seconds};
pub use revisions::{KEPT_AGE, KEPT_REVISIONS};
use steps::{DAY, Upkeep};

/// Migration step: creates what upkeep needs to find unused content.
pub(super) const INDEXES: &[&str] = &[
    // For finding the uses of a snapshot or a fragment.
    "CREATE INDEX revision_sources_with ON revision_sources (index_digest, repo, domain, revision)",
    "CREATE INDEX revisions_composed ON revisions (composed_at)",
    // Fragments that no stored revision uses, and since when. In a table of their own, since fragments are large rows.
    "CREATE TABLE unused_fragments (
        digest TEXT NOT NULL, repo TEXT NOT NULL, domain TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (digest, repo, domain))",
];

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
    let mut upkeep = Upkeep::new(database, lease, clock);
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
