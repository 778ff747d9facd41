//! The document of the newest revision, rendered once a revision and format in an instance.

use crate::ports::Database;
use crate::problem::{Problem, kinds};
use crate::store::revisions::{self, Revision};
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
    /// Names the revision's sources.
    pub digest: Digest,
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

    /// The document of the newest revision.
    ///
    /// # Errors
    /// `nothing-published` while something is registered but nothing was accepted yet, or a store that does not answer.
    pub async fn newest(&self, database: &impl Database, format: Format) -> Result<Arc<Rendered>, Problem> {
        let head = revisions::head(database).await?;
        let number = head.revision.as_ref().map_or(0, |revision| revision.number);
        if head.revision.is_none() && head.registered {
            return Err(Problem::new(
                &kinds::NOTHING_PUBLISHED,
                "Sources are registered, but no valid index has been fetched yet. `GET /v1/repos` says why; try again shortly.",
            )
            .header(http::header::RETRY_AFTER, http::HeaderValue::from_static("10")));
        }
        if let Some(rendered) = self.cached(number, format) {
            return Ok(rendered);
        }
        let rendered = Arc::new(render(database, format).await?);
        self.keep(format, &rendered);
        Ok(rendered)
    }
}

async fn render(database: &impl Database, format: Format) -> Result<Rendered, Problem> {
    // One transaction: a revision published meanwhile must not mix with this one.
    let mut tx = database.read().await?;
    let revision = revisions::newest(&mut tx).await?;
    let contributions = revisions::contributions(&mut tx, format).await?;
    drop(tx);
    let ids = contributions.iter().map(|c| (c.line.repo.as_str(), c.ids.iter().map(String::as_str)));
    let document = Document {
        revision: revision.as_ref().map_or(0, |r| r.number),
        digest: revision.as_ref().map_or_else(|| federation::compose::digest(&[]), |r| r.digest.clone()),
        composed_at: revision.as_ref().map(|Revision { composed_at, .. }| *composed_at),
        conflicts: conflicts(ids),
        sources: contributions.iter().map(|c| c.line.clone()).collect(),
    };
    let body = document
        .render(format, contributions.iter().map(|c| c.fragment.as_str()))
        .map_err(|e| Problem::new(&kinds::INTERNAL, "The document cannot be written.").internal(e.message))?;
    let etag = format!("\"{}\"", Digest::of(body.as_bytes()).hex().get(..32).unwrap_or_default());
    let Document { revision, digest, composed_at, .. } = document;
    Ok(Rendered { revision, digest, composed_at, body: Bytes::from(body), etag })
}
