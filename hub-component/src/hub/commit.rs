//! One change of one repo: its revision and its event are written together or not at all.
//!
//! Refreshes, catalogues and upstreams call `publish` and `events::record` themselves: many repos share their revision, and their events
//! follow from it, one for each repo with its own action, or one for the upstream.

use super::publish::publish;
use crate::problem::Problem;
use federation::compose::SourceLine;
use federation::provenance::Provenance;
use federation::time::Seconds;
use serde_json::Value;
use store::database::Transaction;
use store::events::{self, Event, Subject};
use store::revisions::{self, Origin, Revision};

/// A change of a repo.
pub struct Change<'a> {
    /// The repo.
    pub repo: &'a str,
    /// What the repo now contributes, if anything.
    pub line: Option<SourceLine>,
    /// The commit that this was pushed from, if it is known.
    pub provenance: Option<&'a Provenance>,
    /// The state before the change, for the audit trail; null if there was none.
    pub before: Value,
    /// The state after the change; null if the repo was removed.
    pub after: Value,
}

/// Publishes the effect of a change on the document, and records its event under the cause of `origin`, in the transaction in which
/// the change was made. Returns the revision, if one was published.
///
/// # Errors
/// `federation-full`, or if the store fails. The transaction must not be committed in either case.
pub async fn publish_change(
    tx: &mut impl Transaction,
    change: Change<'_>,
    origin: Origin<'_>,
    now: Seconds,
) -> Result<Option<Revision>, Problem> {
    let Change { repo, line, provenance, before, after } = change;
    let digest = line.as_ref().map(|line| line.index_digest.clone());
    let revision = publish(tx, [(repo, line)].into(), origin, now).await?.whole()?;
    if let (Some(digest), Some(provenance)) = (digest, provenance) {
        revisions::note_commit(tx, repo, &digest, provenance).await?;
    }
    let event =
        Event { action: origin.cause, subject: Subject::Repo(repo), before, after, revision: revision.as_ref() };
    events::record(tx, origin, event, now).await?;
    Ok(revision)
}
