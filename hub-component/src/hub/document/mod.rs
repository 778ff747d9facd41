//! Federated documents: a head, and the fragments of the sources one after another, read while they are sent.

mod body;
mod composed;
pub mod conflicts;

pub use composed::Composed;

use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use federation::compose::{Filter, Format};
use federation::negotiation::Coding;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::database::Transaction;
use store::revisions::{self, Head, Revision};

/// Revisions that an instance keeps after it has read them: the newest, and an old one that many ask for.
const KEPT: usize = 2;

/// How long to wait before looking again whether somebody else has read a revision.
const LOOK: Duration = Duration::from_millis(2);

/// Revisions as this instance last read them, the last one used first. Every use checks them against the database.
///
/// One is read at a time: what that takes in memory for a moment is much more than what is kept, and never given back.
#[derive(Default)]
pub struct Documents {
    kept: Mutex<Vec<Arc<Composed>>>,
    reading: AtomicBool,
}

/// The right to read a revision.
struct Turn<'a>(&'a AtomicBool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Documents {
    /// The newest revision, as `head` has it.
    ///
    /// # Errors
    /// When something is damaged that cannot be rendered anew, or the store does not answer.
    pub async fn newest(&self, ports: &impl Ports, head: &Head) -> Result<Arc<Composed>, Problem> {
        self.get(ports, head.revision.as_ref(), Composed::newest(ports.database())).await
    }

    /// A revision that was found to be kept.
    ///
    /// # Errors
    /// As [`Self::newest`], and as [`kept`] if it was pruned since.
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
                break Turn(&self.reading);
            }
            // Not for the one who reads: a task that waits for nothing but another task is trapped.
            ports.sleep(LOOK).await;
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
        kept.truncate(KEPT - 1);
        kept.insert(0, composed.clone());
        composed
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Arc<Composed>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Changes whenever the same revision would be written with other bytes: then every stored fragment has to be rendered anew.
const RENDERING: &str = "1";

/// The strong entity tag of a document in one form, quotes included. A revision's bytes follow from its number, digest and time, so nothing
/// of it has to be read.
pub fn entity_tag(revision: Option<&Revision>, filter: &Filter, format: Format, coding: Coding) -> String {
    let revision = revision.map(|it| (it.number, it.digest.as_str(), it.composed_at));
    let identity = serde_json::json!([RENDERING, revision, filter, format.as_str(), coding == Coding::Gzip]);
    federation::negotiation::entity_tag(identity.to_string().as_bytes())
}

/// Whether there is something to answer from: an empty document would say that there is nothing.
///
/// # Errors
/// `nothing-published` while something is registered but nothing was accepted yet.
pub fn published(head: &Head) -> Result<(), Problem> {
    if head.revision.is_none() && head.registered {
        return Err(Problem::new(
            &kinds::NOTHING_PUBLISHED,
            "Sources are registered, but no valid index has been fetched yet. `GET /v1/repos` says why; try again shortly.",
        )
        .retry_after(10));
    }
    Ok(())
}

/// A revision that can still be read.
///
/// # Errors
/// `revision-not-found` for one that never was, `revision-gone` for one that was pruned.
pub async fn kept(tx: &mut impl Transaction, number: u64) -> Result<Revision, Problem> {
    if let Some(revision) = revisions::get(tx, number).await? {
        return Ok(revision);
    }
    let newest = revisions::newest(tx).await?.map_or(0, |r| r.number);
    Err(if (1..=newest).contains(&number) {
        Problem::new(
            &kinds::REVISION_GONE,
            format!("Revision {number} was pruned; `GET /v1/federated/revisions` lists what is kept."),
        )
    } else {
        Problem::new(&kinds::REVISION_NOT_FOUND, format!("There is no revision {number}; the newest is {newest}."))
    })
}
