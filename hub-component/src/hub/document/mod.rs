//! Federated documents: a head, followed by the fragments of the sources, which are read while they are sent.

mod body;
mod composed;
pub mod conflicts;
mod readable;
mod selection;

use crate::ports::Ports;
use crate::problem::Problem;
pub use composed::Composed;
use federation::compose::Format;
use federation::negotiation::Coding;
pub use readable::{kept, published};
pub use selection::Selection;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::revisions::{Head, Revision};

/// How many revisions an instance keeps in memory: the newest, and one older revision in demand.
const MAX_REVISIONS: usize = 2;

/// How long to wait before checking again whether another task has read the revision.
const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// Revisions that this instance has read, most recently used first. Every use checks them against the database.
///
/// Only one revision is read at a time: reading takes much more memory for a moment than the result, and that memory is never returned.
#[derive(Default)]
pub struct Documents {
    kept: Mutex<Vec<Arc<Composed>>>,
    reading: AtomicBool,
}

/// The exclusive right to read a revision, released on drop.
struct ReadLock<'a>(&'a AtomicBool);

impl Drop for ReadLock<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Documents {
    /// Returns the newest revision, the one that `head` names.
    ///
    /// # Errors
    /// If something is damaged and cannot be rendered again, or the store fails.
    pub async fn newest(&self, ports: &impl Ports, head: &Head) -> Result<Arc<Composed>, Problem> {
        self.get(ports, head.revision.as_ref(), Composed::newest(ports.database())).await
    }

    /// Returns a stored revision.
    ///
    /// # Errors
    /// As [`Self::newest`], and as [`kept`] if the revision was pruned in the meantime.
    pub async fn at(&self, ports: &impl Ports, revision: &Revision) -> Result<Arc<Composed>, Problem> {
        self.get(ports, Some(revision), Composed::at(ports.database(), revision.number)).await
    }

    async fn get(
        &self,
        ports: &impl Ports,
        revision: Option<&Revision>,
        read: impl Future<Output = Result<Composed, Problem>>,
    ) -> Result<Arc<Composed>, Problem> {
        let _turn = loop {
            if let Some(kept) = self.find(revision) {
                return Ok(kept);
            }
            if !self.reading.swap(true, Ordering::Acquire) {
                break ReadLock(&self.reading);
            }
            // Waits for the clock and not for the other task: the runtime traps a task that waits only for another task.
            ports.sleep(POLL_INTERVAL).await;
        };
        Ok(self.keep(read.await?))
    }

    fn find(&self, revision: Option<&Revision>) -> Option<Arc<Composed>> {
        let mut kept = self.kept();
        let place = kept.iter().position(|it| it.revision.as_ref() == revision && !it.is_outdated())?;
        let found = kept.remove(place);
        kept.insert(0, found.clone());
        Some(found)
    }

    fn keep(&self, composed: Composed) -> Arc<Composed> {
        let composed = Arc::new(composed);
        let mut kept = self.kept();
        kept.retain(|it| it.number() != composed.number());
        kept.truncate(MAX_REVISIONS - 1);
        kept.insert(0, composed.clone());
        composed
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Arc<Composed>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Changes whenever the same revision would render to different bytes; every stored fragment must then be rendered again.
const RENDERING: &str = "1";

/// The strong entity tag of a document in one form, including its quotes. A revision's bytes follow from its number, digest and time, and the
/// selection, so the document need not be read.
pub fn entity_tag(revision: Option<&Revision>, selection: &Selection, format: Format, coding: Coding) -> String {
    let revision = revision.map(|it| (it.number, it.digest.as_str(), it.composed_at));
    let Selection { filter, provenance } = selection;
    let mut identity = serde_json::json!([RENDERING, revision, filter, format.as_str(), coding == Coding::Gzip]);
    if let (Some(identity), Some(commits)) = (identity.as_array_mut(), provenance.as_ref().filter(|it| !it.is_empty()))
    {
        identity.push(serde_json::json!(commits));
    }
    federation::negotiation::entity_tag(identity.to_string().as_bytes())
}
