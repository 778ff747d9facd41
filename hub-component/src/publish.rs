//! Publishing: from what the sources contribute to the next revision, in the transaction of the write that changed it.

use crate::ports::Transaction;
use crate::store::revisions::{self, Change, Origin, Revision};
use crate::store::sources::Source;
use crate::store::{StoreError, fragments, search, sources};
use federation::compose::{SourceLine, digest};
use federation::time::Seconds;

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
    for repo in repos {
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
    for change in &changes {
        match change {
            Change::Put(line) => {
                fragments::ensure(tx, line).await?;
                search::keep(tx, line).await?;
                composition.insert(line.repo.clone(), line.clone());
            }
            Change::Remove(repo) => drop(composition.remove(repo)),
        }
    }
    let lines: Vec<SourceLine> = composition.values().cloned().collect();
    let revision = Revision {
        number: newest.as_ref().map_or(0, |r| r.number) + 1,
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
