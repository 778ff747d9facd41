//! Federated documents: a head, and the fragments of the sources one after another, read while they are sent.

mod body;
mod composed;
pub mod conflicts;

pub use composed::Composed;

use crate::ports::{Database, Transaction};
use crate::problem::{Problem, kinds};
use crate::store::revisions::{self, Head, Revision};
use federation::compose::{Filter, Format};
use federation::negotiation::Coding;
use std::sync::{Arc, Mutex, PoisonError};

/// The newest revision as this instance last read it. Every use checks it against the database.
#[derive(Default)]
pub struct Documents(Mutex<Option<Arc<Composed>>>);

impl Documents {
    /// The newest revision, as `head` has it.
    ///
    /// # Errors
    /// When something is damaged that cannot be rendered anew, or the store does not answer.
    pub async fn newest(&self, database: &impl Database, head: &Head) -> Result<Arc<Composed>, Problem> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| kept.revision == head.revision && !kept.is_outdated()) {
            return Ok(kept);
        }
        let composed = Arc::new(Composed::newest(database).await?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(composed.clone());
        Ok(composed)
    }
}

/// Changes whenever the same revision would be written with other bytes: then every stored fragment has to be rendered anew.
const RENDERING: &str = "1";

/// The strong entity tag of a document in one form, quotes included. A revision's bytes follow from its number, digest and time, so nothing
/// of it has to be read.
pub fn entity_tag(revision: Option<&Revision>, filter: &Filter, format: Format, coding: Coding) -> String {
    let revision = revision.map(|it| (it.number, it.digest.as_str(), it.composed_at));
    let identity = serde_json::json!([RENDERING, revision, filter, format.as_str(), coding == Coding::Gzip]);
    crate::edge::entity_tag(identity.to_string().as_bytes())
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
