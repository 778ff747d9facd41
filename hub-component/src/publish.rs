//! Publishing: from what the sources contribute to the next revision, in the transaction of the write that changed it.

use crate::ports::Transaction;
use crate::store::revisions::steps::{self, Capabilities};
use crate::store::revisions::{self, Change, Origin, Revision};
use crate::store::sources::Source;
use crate::store::{StoreError, fragments, search, sources};
use federation::compose::{SourceLine, digest};
use federation::time::Seconds;
use std::collections::BTreeSet;

/// Publishes a revision if these repos now contribute something else than the newest revision says.
///
/// # Errors
/// When the store fails; the caller's transaction must then not be committed.
pub async fn publish(
    tx: &mut impl Transaction,
    repos: &[&str],
    origin: Origin<'_>,
    now: Seconds,
) -> Result<Option<Revision>, StoreError> {
    let mut composition = revisions::composition(tx).await?;
    let mut changes = Vec::new();
    let sources = sources::some(tx, repos).await?;
    // In the order in which the changes of a revision are told.
    let repos: BTreeSet<&str> = repos.iter().copied().collect();
    for repo in &repos {
        match (sources.get(*repo).and_then(line), composition.get(*repo)) {
            (Some(line), before) if before != Some(&line) => changes.push(Change::Put(line)),
            (None, Some(_)) => changes.push(Change::Remove((*repo).to_owned())),
            _ => {}
        }
    }
    if changes.is_empty() {
        return Ok(None);
    }
    let newest = revisions::newest(tx).await?;
    // What is damaged must not get a digest of its own.
    let before: Vec<SourceLine> = composition.values().cloned().collect();
    revisions::verify(newest.as_ref(), &before)?;
    let number = newest.as_ref().map_or(0, |r| r.number) + 1;
    for change in &changes {
        let (repo, line) = match change {
            Change::Put(line) => (&line.repo, Some(line)),
            Change::Remove(repo) => (repo, None),
        };
        if let Some(line) = line {
            fragments::ensure(tx, line).await?;
        }
        let after = Capabilities::of(tx, line).await?;
        match Capabilities::of(tx, composition.remove(repo).as_ref()).await {
            Ok(before) => steps::write(tx, number, repo, &before, &after).await?,
            // A new index mends a source whose old one was lost, though nobody can tell the difference.
            Err(StoreError::Unreadable(_)) => steps::write_lost(tx, number, repo).await?,
            Err(error) => return Err(error),
        }
        if let Some(line) = line {
            search::keep(tx, line, &after.json).await?;
            composition.insert(line.repo.clone(), line.clone());
        }
    }
    let lines: Vec<SourceLine> = composition.values().cloned().collect();
    let revision = Revision {
        number,
        digest: digest(&lines),
        // A clock that was set back must not make the log run backwards.
        composed_at: newest.map_or(now, |r| r.composed_at.max(now)),
    };
    revisions::append(tx, &revision, origin, &changes, &composition).await?;
    Ok(Some(revision))
}

/// What a source contributes to a document; nothing while it is disabled or was never valid.
pub fn line(source: &Source) -> Option<SourceLine> {
    let registration = &source.registered.registration;
    let accepted = source.record.accepted.as_ref().filter(|_| registration.enabled)?;
    Some(SourceLine {
        repo: registration.repo.clone(),
        url: accepted.url.clone(),
        domain: registration.domain.clone(),
        required: registration.required,
        index_digest: accepted.digest.clone(),
        capability_count: accepted.capability_count,
    })
}
