//! Federated documents, rendered: the newest once a revision and format in an instance, older ones when asked for.

use crate::ports::{Database, Transaction};
use crate::problem::{Problem, kinds};
use crate::store::revisions::{self, Contribution, Head, Revision};
use bytes::Bytes;
use federation::compose::{Document, Format, conflicts};
use federation::digest::Digest;
use federation::time::Seconds;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A document ready to be sent.
#[derive(Debug)]
pub struct Rendered {
    /// Number of the revision.
    pub revision: u64,
    /// When it was composed; none before the first revision.
    pub composed_at: Option<Seconds>,
    /// The bytes.
    pub body: Bytes,
    /// Strong entity tag of these bytes, quotes included.
    pub etag: String,
}

/// The newest documents of an instance. Every use checks the revision number against the database.
#[derive(Default)]
pub struct Documents(Mutex<HashMap<Format, Arc<Rendered>>>);

impl Documents {
    fn cached(&self, revision: u64, format: Format) -> Option<Arc<Rendered>> {
        let documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        documents.get(&format).filter(|d| d.revision == revision).cloned()
    }

    fn keep(&self, format: Format, rendered: &Arc<Rendered>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(format, rendered.clone());
    }

    /// The document of the newest revision, as `head` has it.
    ///
    /// # Errors
    /// `nothing-published` while something is registered but nothing was accepted yet, or a store that does not answer.
    pub async fn newest(
        &self,
        database: &impl Database,
        head: &Head,
        format: Format,
    ) -> Result<Arc<Rendered>, Problem> {
        published(head)?;
        let number = head.revision.as_ref().map_or(0, |revision| revision.number);
        if let Some(rendered) = self.cached(number, format) {
            return Ok(rendered);
        }
        // One transaction: a revision published meanwhile must not mix with this one.
        let mut tx = database.read().await?;
        let revision = revisions::newest(&mut tx).await?;
        let contributions = revisions::contributions(&mut tx, None, format).await?;
        drop(tx);
        let rendered = Arc::new(render(revision, &contributions, format)?);
        self.keep(format, &rendered);
        Ok(rendered)
    }
}

/// Whether there is something to answer from.
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

/// The document of a kept revision.
///
/// # Errors
/// As [`kept`], or a store that does not answer.
pub async fn at(database: &impl Database, number: u64, format: Format) -> Result<Rendered, Problem> {
    let mut tx = database.read().await?;
    let revision = kept(&mut tx, number).await?;
    let contributions = revisions::contributions(&mut tx, Some(number), format).await?;
    drop(tx);
    render(Some(revision), &contributions, format)
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

/// A document without its capabilities.
pub fn head_of(revision: Option<Revision>, contributions: &[Contribution]) -> Document {
    let ids = contributions.iter().map(|c| (c.line.repo.as_str(), c.ids.iter().map(String::as_str)));
    Document {
        revision: revision.as_ref().map_or(0, |r| r.number),
        composed_at: revision.as_ref().map(|r| r.composed_at),
        digest: revision.map_or_else(|| federation::compose::digest(&[]), |r| r.digest),
        conflicts: conflicts(ids),
        sources: contributions.iter().map(|c| c.line.clone()).collect(),
    }
}

fn render(revision: Option<Revision>, contributions: &[Contribution], format: Format) -> Result<Rendered, Problem> {
    let document = head_of(revision, contributions);
    let body = document
        .render(format, contributions.iter().map(|c| c.fragment.as_str()))
        .map_err(|e| Problem::new(&kinds::INTERNAL, "The document cannot be written.").internal(e.message))?;
    let etag = format!("\"{}\"", Digest::of(body.as_bytes()).hex().get(..32).unwrap_or_default());
    Ok(Rendered { revision: document.revision, composed_at: document.composed_at, body: Bytes::from(body), etag })
}
