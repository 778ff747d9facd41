//! Appends a revision to the log.

use super::change::Change;
use super::{Revision, Totals};
use crate::database::Transaction;
use crate::{StoreError, needs, transparency};
use federation::compose::SourceLine;

/// Who made a revision, and why.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Name of a token, `hub`, or `catalogue:` or `upstream:` and the name of one.
    pub actor: &'a str,
    /// Stable word: `register`, `update`, `deregister`, `refresh`, `release`, `upstream-set`, `upstream-remove`, `catalogue`, `upstream`, `restore`.
    pub cause: &'a str,
    /// Id of the request, empty for a catalogue; `None` for actions that are not recorded as events.
    pub request_id: Option<&'a str>,
}

impl Origin<'_> {
    /// The hub itself, refreshing what is due.
    pub const HUB: Self = Self { actor: "hub", cause: "refresh", request_id: None };
}

/// Appends a revision with these changes, and its leaf to the transparency log; the resulting composition is `after`.
pub async fn append(
    tx: &mut impl Transaction,
    revision: &Revision,
    origin: Origin<'_>,
    changes: &[Change],
    after: &Totals,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO revisions (number, digest, composed_at, actor, cause, source_count, capability_count)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        vec![
            revision.number.into(),
            revision.digest.as_str().into(),
            revision.composed_at.into(),
            origin.actor.into(),
            origin.cause.into(),
            after.sources.into(),
            after.capabilities.into(),
        ],
    )
    .await?;
    for change in changes {
        match change {
            Change::Put(line) => put(tx, revision.number, line).await?,
            Change::Remove(repo) => remove(tx, revision.number, repo).await?,
        }
    }
    if changes.iter().any(|change| matches!(change, Change::Put(line) if !line.via.is_empty())) {
        // An older program computes another digest of such a line.
        needs::version(tx, needs::VIA).await?;
    }
    transparency::extend(tx).await
}

async fn put(tx: &mut impl Transaction, number: u64, line: &SourceLine) -> Result<(), StoreError> {
    let columns = || {
        vec![
            line.repo.as_str().into(),
            line.url.as_str().into(),
            line.domain.as_str().into(),
            line.required.into(),
            line.index_digest.as_str().into(),
            line.capability_count.into(),
            line.via.join("\n").into(),
        ]
    };
    let mut numbered = vec![number.into()];
    numbered.extend(columns());
    tx.query(
        "INSERT INTO revision_sources (revision, repo, url, domain, required, index_digest, capability_count, via)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        numbered,
    )
    .await?;
    tx.query(
        "INSERT INTO composition (repo, url, domain, required, index_digest, capability_count, via) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (repo) DO UPDATE SET url = excluded.url, domain = excluded.domain, required = excluded.required,
         index_digest = excluded.index_digest, capability_count = excluded.capability_count, via = excluded.via",
        columns(),
    )
    .await?;
    Ok(())
}

async fn remove(tx: &mut impl Transaction, number: u64, repo: &str) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO revision_sources (revision, repo, url, domain, required, index_digest, capability_count)
         VALUES ($1, $2, '', '', 0, '', 0)",
        vec![number.into(), repo.into()],
    )
    .await?;
    tx.query("DELETE FROM composition WHERE repo = $1", vec![repo.into()]).await?;
    Ok(())
}
