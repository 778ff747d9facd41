//! Publishing: composes the next revision from the sources' contributions, in the transaction of the write that changed them.

use crate::problem::{Problem, kinds};
use federation::compose::SourceLine;
use federation::diff::Op;
use federation::limits::MAX_FEDERATED_BYTES;
use federation::time::Seconds;
use std::collections::BTreeMap;
use store::database::Transaction;
use store::fragments::Size;
use store::revisions::steps::{self, Capabilities};
use store::revisions::{self, Change, Origin, Revision};
use store::sources::Source;
use store::{StoreError, facets, former, fragments, overlaps, search, tombstones};

/// The result of publishing.
pub struct Published {
    /// The new revision; none if nothing changed.
    pub revision: Option<Revision>,
    /// Repos whose new contribution does not fit into the federation and which keep their previous one. Ordered.
    pub kept_back: Vec<String>,
}

impl Published {
    /// The revision, for a change that is made completely or not at all.
    ///
    /// # Errors
    /// `federation-full` if a contribution was kept back; the caller must then not commit its transaction.
    pub fn whole(self) -> Result<Option<Revision>, Problem> {
        match self.kept_back.first() {
            None => Ok(self.revision),
            Some(repo) => Err(Problem::new(
                &kinds::FEDERATION_FULL,
                format!("With the contribution of `{repo}`, the federation would exceed {MAX_FEDERATED_BYTES} bytes."),
            )),
        }
    }
}

/// The current contributions, by repo; `None` for a repo that contributes nothing.
pub type Contributions<'a> = BTreeMap<&'a str, Option<SourceLine>>;

/// Publishes a revision if these contributions differ from those of the same repos in the newest revision, as far as there is room.
///
/// # Errors
/// If the store fails; the caller must then not commit its transaction.
pub async fn publish(
    tx: &mut impl Transaction,
    contributions: Contributions<'_>,
    origin: Origin<'_>,
    now: Seconds,
) -> Result<Published, StoreError> {
    publish_numbered(tx, None, contributions, origin, now).await
}

/// As [`publish`], under this number and as of this time, and even if nothing differs: after a restore, a hub publishes what it has under another number.
///
/// # Errors
/// As [`publish`].
pub async fn publish_as(
    tx: &mut impl Transaction,
    number: u64,
    contributions: Contributions<'_>,
    origin: Origin<'_>,
    composed_at: Seconds,
) -> Result<Published, StoreError> {
    publish_numbered(tx, Some(number), contributions, origin, composed_at).await
}

async fn publish_numbered(
    tx: &mut impl Transaction,
    number: Option<u64>,
    contributions: Contributions<'_>,
    origin: Origin<'_>,
    now: Seconds,
) -> Result<Published, StoreError> {
    let repos: Vec<&str> = contributions.keys().copied().collect();
    let published = revisions::lines_of(tx, &repos).await?;
    // In the order in which the changes of a revision are reported.
    let mut changes: Vec<Change> = contributions
        .into_iter()
        .filter_map(|(repo, line)| match (line, published.get(repo)) {
            (Some(line), before) if before != Some(&line) => Some(Change::Put(line)),
            (None, Some(_)) => Some(Change::Remove(repo.to_owned())),
            _ => None,
        })
        .collect();
    if changes.is_empty() && number.is_none() {
        return Ok(Published { revision: None, kept_back: Vec::new() });
    }
    let kept_back = keep_back(tx, &published, &mut changes).await?;
    if changes.is_empty() && number.is_none() {
        return Ok(Published { revision: None, kept_back });
    }
    let newest = revisions::newest(tx).await?;
    let totals = revisions::recompose(tx, newest.as_ref(), &changes).await?;
    let number = number.unwrap_or_else(|| newest.as_ref().map_or(0, |r| r.number) + 1);
    for change in &changes {
        derive(tx, number, change, published.get(change.repo())).await?;
    }
    let revision = Revision {
        number,
        digest: totals.digest.clone(),
        // The times in the log must not decrease after the clock was set back.
        composed_at: newest.map_or(now, |r| r.composed_at.max(now)),
    };
    revisions::append(tx, &revision, origin, &changes, &totals).await?;
    Ok(Published { revision: Some(revision), kept_back })
}

/// Writes what is derived from a change of revision `number` (its steps, the search, the counts), and applies it to the composition.
async fn derive(
    tx: &mut impl Transaction,
    number: u64,
    change: &Change,
    published: Option<&SourceLine>,
) -> Result<(), StoreError> {
    let (repo, line) = match change {
        Change::Put(line) => (&line.repo, Some(line)),
        Change::Remove(repo) => (repo, None),
    };
    let after = Capabilities::of(tx, line).await?;
    match Capabilities::of(tx, published).await {
        Ok(before) => {
            let (changed, gone) = steps::write(tx, number, repo, &before, &after).await?;
            // What a renamed repo published is still there under its new name.
            let is_renamed = line.is_none() && former::current_of(tx, Some(repo)).await?.as_ref() != Some(repo);
            let gone = if is_renamed { &[][..] } else { &gone };
            tombstones::changed(tx, number, repo, &changed, gone).await?;
            overlaps::changed(tx, repo, &changed).await?;
        }
        // A new index repairs a source whose old index was lost, but the changes between the two are unknown.
        Err(StoreError::Unreadable(_)) => {
            steps::write_lost(tx, number, repo).await?;
            overlaps::forget(tx, repo).await?;
            let ids = after.ids.iter();
            let all: Vec<_> = ids.map(|id| steps::Changed { id: id.clone(), op: Op::Added }).collect();
            tombstones::changed(tx, number, repo, &all, &[]).await?;
            overlaps::changed(tx, repo, &all).await?;
        }
        Err(error) => return Err(error),
    }
    match line {
        Some(line) => search::add(tx, line, &after.json).await?,
        None => search::remove(tx, repo).await?,
    }
    facets::update(tx, repo, line).await
}

/// Stores the fragments of the changes, and removes changes that would make the federation too large.
async fn keep_back(
    tx: &mut impl Transaction,
    published: &BTreeMap<String, SourceLine>,
    changes: &mut Vec<Change>,
) -> Result<Vec<String>, StoreError> {
    let mut sum = fragments::sizes(tx).await?;
    let mut kept_back = Vec::new();
    let mut fitting = Vec::with_capacity(changes.len());
    // Removals come first, because they free space.
    let (removals, puts): (Vec<_>, Vec<_>) =
        std::mem::take(changes).into_iter().partition(|change| matches!(change, Change::Remove(_)));
    for change in removals.into_iter().chain(puts) {
        let (repo, after) = match &change {
            Change::Put(line) => (&line.repo, fragments::ensure(tx, line).await?.size()),
            Change::Remove(repo) => (repo, Size::default()),
        };
        let before = match published.get(repo) {
            Some(line) => fragments::size(tx, line).await?,
            None => Size::default(),
        };
        let next = sum.without(before).with(after);
        // A change that shrinks the federation is always allowed.
        if next.largest() > MAX_FEDERATED_BYTES && after.largest() > before.largest() {
            kept_back.push(repo.clone());
        } else {
            sum = next;
            fitting.push(change);
        }
    }
    fitting.sort_by(|a, b| a.repo().cmp(b.repo()));
    *changes = fitting;
    Ok(kept_back)
}

/// The line of a source in the document, if it contributes.
pub fn line(source: &Source) -> Option<SourceLine> {
    SourceLine::of(&source.registered.registration, &source.record)
}
