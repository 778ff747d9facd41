//! Which revisions can be read.

use crate::problem::{Problem, kinds};
use store::database::Transaction;
use store::revisions::{self, Head, Revision};

/// Checks that a revision is published; an empty document would wrongly say that there are no capabilities.
///
/// # Errors
/// `nothing-published` while sources are registered but no index has been accepted yet.
pub fn published(head: &Head) -> Result<(), Problem> {
    if head.revision.is_none() && head.registered {
        return Err(Problem::new(
            &kinds::NOTHING_PUBLISHED,
            "Sources are registered, but no valid index has been fetched yet. `GET /v1/repos` gives the reason; try again shortly.",
        )
        .retry_after(10));
    }
    Ok(())
}

/// Returns a revision that can still be read.
///
/// # Errors
/// `revision-not-found` if the revision never existed, `revision-gone` if it was pruned.
pub async fn kept(tx: &mut impl Transaction, number: u64) -> Result<Revision, Problem> {
    if let Some(revision) = revisions::get(tx, number).await? {
        return Ok(revision);
    }
    let newest = revisions::newest(tx).await?.map_or(0, |r| r.number);
    Err(if (1..=newest).contains(&number) {
        Problem::new(
            &kinds::REVISION_GONE,
            format!("Revision {number} was pruned; `GET /v1/federated/revisions` lists the stored revisions."),
        )
    } else {
        Problem::new(&kinds::REVISION_NOT_FOUND, format!("There is no revision {number}; the newest is {newest}."))
    })
}
