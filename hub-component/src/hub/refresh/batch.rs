//! Results of checks that are written together.

use super::check::Checked;
use federation::digest::Digest;
use federation::provenance::Provenance;
use federation::time::Seconds;
use std::time::Duration;
use store::StoreError;
use store::database::Database;
use store::leases::Lease;
use store::sources::Source;

/// Maximum number of results in a batch; a batch needs one fsync instead of many.
const MAX_BATCH: usize = 128;
/// Bytes of new snapshots, fetched and rendered, at which a batch is full.
const MAX_BATCH_BYTES: usize = 16 << 20;

/// A finished check, with the source as it was when the check began.
pub(super) struct Finished {
    pub source: Source,
    pub checked: Checked,
    /// The commit that was fetched, if one was requested.
    pub provenance: Option<Provenance>,
    pub took: Duration,
}

/// Results that are written together.
#[derive(Default)]
pub(super) struct Batch {
    pub finished: Vec<Finished>,
    /// Hosts that asked the hub to back off, and until when.
    pub quiet: Vec<(String, Seconds)>,
    /// Sources that are deferred until then because their host asked the hub to back off.
    pub put_off: Vec<(Source, Seconds)>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.finished.is_empty() && self.put_off.is_empty()
    }

    /// Marks all content of the batch that may be published, held content included, since publishing it may end the instance as well. New
    /// content that is alone in its batch was marked before it was judged.
    pub(super) async fn mark(&self, database: &impl Database, lease: &Lease, now: Seconds) -> Result<(), StoreError> {
        if matches!(&self.finished[..], [Finished { checked, .. }] if checked.snapshot.is_some()) {
            return Ok(());
        }
        let publishable = self.finished.iter().filter_map(|Finished { source, checked, .. }| {
            let new = checked.snapshot.as_ref().map(|new| &new.digest);
            Some((new.or(source.record.held.as_ref().map(|held| &held.digest))?, source.repo()))
        });
        let publishable: Vec<(&Digest, &str)> = publishable.collect();
        if publishable.is_empty() { Ok(()) } else { lease.judge(database, &publishable, now).await }
    }

    /// Whether the batch must be written before more is added: until then it is held in memory.
    pub(super) fn is_full(&self) -> bool {
        self.finished.len() >= MAX_BATCH
            || self.finished.iter().map(|finished| finished.checked.size()).sum::<usize>() >= MAX_BATCH_BYTES
    }
}
