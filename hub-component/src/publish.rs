//! Publishing: from what the sources contribute to the next revision, in the transaction of the write that changed it.

use crate::ports::Transaction;
use crate::store::revisions::{self, Change, Origin, Revision};
use crate::store::sources::Source;
use crate::store::{StoreError, search, snapshots, sources};
use federation::compose::{Fragment, SourceLine, digest};
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
        match sources.get(*repo).and_then(line) {
            Some(line) if composition.get(*repo) != Some(&line) => {
                ensure_fragment(tx, &line).await?;
                search::keep(tx, &line).await?;
                composition.insert((*repo).to_owned(), line.clone());
                changes.push(Change::Put(line));
            }
            None if composition.remove(*repo).is_some() => changes.push(Change::Remove((*repo).to_owned())),
            _ => {}
        }
    }
    if changes.is_empty() {
        return Ok(None);
    }
    let newest = revisions::newest(tx).await?;
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

/// A fragment carries repo and domain: after a change of domain it is rendered anew from the stored snapshot.
async fn ensure_fragment(tx: &mut impl Transaction, line: &SourceLine) -> Result<(), StoreError> {
    if snapshots::has_fragment(tx, &line.index_digest, &line.repo, &line.domain).await? {
        return Ok(());
    }
    let lost = |why: &str| StoreError::Unreadable(format!("snapshot {} of {}: {why}", line.index_digest, line.repo));
    let bytes = snapshots::bytes(tx, &line.index_digest).await?.ok_or_else(|| lost("missing"))?;
    let index = federation::index::check(&bytes).index.ok_or_else(|| lost("no longer a valid index"))?;
    let fragment = Fragment::render(&line.repo, &line.domain, &index).map_err(|e| lost(&e.message))?;
    snapshots::insert_fragment(tx, &line.index_digest, &line.repo, &line.domain, fragment).await
}
