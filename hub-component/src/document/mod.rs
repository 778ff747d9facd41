//! Federated documents, rendered: once an instance for each revision, filter and format that is asked for.

mod cache;
mod rendered;

pub use cache::Documents;
pub use rendered::Rendered;

use crate::ports::{Database, Transaction};
use crate::problem::{Problem, kinds};
use crate::store::revisions::{self, Contribution, Head, Revision};
use crate::store::{StoreError, fragments};
use cache::Key;
use federation::compose::{Document, Filter, Format, conflicts, digest};
use std::io::Write as _;
use std::sync::Arc;

impl Documents {
    /// The document of the newest revision, as `head` has it.
    ///
    /// # Errors
    /// `nothing-published` while something is registered but nothing was accepted yet, or a store that does not answer.
    pub async fn newest(
        &self,
        database: &impl Database,
        head: &Head,
        filter: Filter,
        format: Format,
    ) -> Result<Arc<Rendered>, Problem> {
        published(head)?;
        let key = Key { revision: head.revision.clone(), filter, format };
        if let Some(rendered) = self.get(&key) {
            return Ok(rendered);
        }
        // One transaction: a revision published meanwhile must not mix with this one.
        let mut tx = database.read().await?;
        let revision = revisions::newest(&mut tx).await?;
        let contributions = contributions(&mut tx, revision.as_ref(), None, &key.filter, format).await?;
        drop(tx);
        let key = Key { revision, ..key };
        let rendered = Arc::new(Rendered::new(&key, &contributions)?);
        self.keep_newest(key, &rendered);
        mend(database, &contributions).await;
        Ok(rendered)
    }

    /// The document of a kept revision.
    ///
    /// # Errors
    /// As [`kept`], or a store that does not answer.
    pub async fn at(
        &self,
        database: &impl Database,
        number: u64,
        filter: Filter,
        format: Format,
    ) -> Result<Arc<Rendered>, Problem> {
        let mut tx = database.read().await?;
        let key = Key { revision: Some(kept(&mut tx, number).await?), filter, format };
        if let Some(rendered) = self.get(&key) {
            return Ok(rendered);
        }
        let contributions = contributions(&mut tx, key.revision.as_ref(), Some(number), &key.filter, format).await?;
        drop(tx);
        let rendered = Arc::new(Rendered::new(&key, &contributions)?);
        self.keep(key, &rendered);
        mend(database, &contributions).await;
        Ok(rendered)
    }
}

/// What a revision is made of, as far as the filter takes it: the newest one if no number is given. Nothing damaged is in it.
///
/// # Errors
/// When something is damaged that cannot be rendered anew, or the store does not answer.
pub async fn contributions(
    tx: &mut impl Transaction,
    revision: Option<&Revision>,
    number: Option<u64>,
    filter: &Filter,
    format: Format,
) -> Result<Vec<Contribution>, StoreError> {
    let contributions = revisions::contributions(tx, number, filter, format).await?;
    let lines = match (filter.is_whole(), number) {
        (true, _) => contributions.iter().map(|it| it.line.clone()).collect(),
        (false, None) => revisions::composition(tx).await?.into_values().collect(),
        (false, Some(number)) => revisions::lines_at(tx, number).await?,
    };
    revisions::verify(revision, &lines)?;
    Ok(contributions)
}

/// Writes what was rendered anew. The answer is right without that, so a failure is left to the next rendering.
async fn mend(database: &impl Database, contributions: &[Contribution]) {
    let damaged: Vec<_> = contributions.iter().filter(|it| it.damaged).map(|it| &it.line).collect();
    if damaged.is_empty() {
        return;
    }
    let repos: Vec<_> = damaged.iter().map(|line| line.repo.as_str()).collect();
    let ended = match fragments::mend(database, damaged.iter().copied()).await {
        Ok(()) => "replaced".to_owned(),
        Err(error) => format!("not replaced: {error}"),
    };
    // The host collects a component's stderr as its log.
    let _ =
        writeln!(std::io::stderr(), "damaged fragments, rendered from their snapshots, {ended}: {}", repos.join(", "));
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

/// A document without its capabilities.
pub fn head_of(revision: Option<Revision>, filter: Filter, contributions: &[Contribution]) -> Document {
    let ids = contributions.iter().map(|c| (c.line.repo.as_str(), c.ids.iter().map(String::as_str)));
    let conflicts = conflicts(ids);
    let sources: Vec<_> = contributions.iter().map(|c| c.line.clone()).collect();
    Document {
        revision: revision.as_ref().map_or(0, |r| r.number),
        composed_at: revision.as_ref().map(|r| r.composed_at),
        digest: revision.filter(|_| filter.is_whole()).map_or_else(|| digest(&sources), |r| r.digest),
        filter,
        conflicts,
        sources,
    }
}
