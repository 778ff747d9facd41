//! One change of one repo: the revision that it leads to and the event that tells of it are written together, or not at all.

use super::publish::publish;
use crate::problem::Problem;
use federation::compose::SourceLine;
use federation::time::Seconds;
use serde_json::Value;
use store::database::Transaction;
use store::events::{self, Event, Subject};
use store::revisions::{Origin, Revision};

/// What somebody changed about a repo.
pub struct Change<'a> {
    /// The repo.
    pub repo: &'a str,
    /// What it contributes now, if anything.
    pub line: Option<SourceLine>,
    /// The state before, for the audit trail; null if there was none.
    pub before: Value,
    /// The state after; null if it was removed.
    pub after: Value,
}

/// Publishes what a change did to the document, records its event under the cause of `origin`, and commits the transaction in which the
/// change itself was made. Gives the revision, if it led to one.
///
/// # Errors
/// `federation-full`, or when the store fails: nothing was written then.
pub async fn commit_change(
    mut tx: impl Transaction,
    change: Change<'_>,
    origin: Origin<'_>,
    now: Seconds,
) -> Result<Option<Revision>, Problem> {
    let Change { repo, line, before, after } = change;
    let revision = publish(&mut tx, [(repo, line)].into(), origin, now).await?.whole()?;
    let event =
        Event { action: origin.cause, subject: Subject::Repo(repo), before, after, revision: revision.as_ref() };
    events::record(&mut tx, origin, event, now).await?;
    tx.commit().await?;
    Ok(revision)
}
