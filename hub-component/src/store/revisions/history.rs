//! Reading the log.

use super::{Revision, read, read_line};
use crate::ports::{Row, Transaction};
use crate::store::{StoreError, row::Columns as _};
use federation::compose::SourceLine;

/// A revision as the log has it.
pub struct Entry {
    /// The revision.
    pub revision: Revision,
    /// Who made it.
    pub actor: String,
    /// Why.
    pub cause: String,
    /// How many sources it has.
    pub source_count: usize,
    /// How many capabilities it has.
    pub capability_count: usize,
}

/// Up to `limit` revisions below `before`, newest first.
pub async fn history(tx: &mut impl Transaction, before: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
    let rows = tx
        .query(
            "SELECT number, digest, composed_at, actor, cause, source_count, capability_count FROM revisions
             WHERE number < $1 ORDER BY number DESC LIMIT $2",
            vec![before.into(), limit.into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Entry {
                revision: read(row)?,
                actor: row.text(3)?.to_owned(),
                cause: row.text(4)?.to_owned(),
                source_count: row.count(5)?,
                capability_count: row.count(6)?,
            })
        })
        .collect()
}

/// What a revision changed about one source.
pub struct Changed {
    /// The source.
    pub repo: String,
    /// Its line in the revision before; none if it was not in it.
    pub before: Option<SourceLine>,
    /// Its line in this revision; none if it was removed.
    pub after: Option<SourceLine>,
}

/// What a revision changed, ordered by repo.
pub async fn changed_sources(tx: &mut impl Transaction, number: u64) -> Result<Vec<Changed>, StoreError> {
    let rows = tx
        .query(
            "SELECT a.repo, a.url, a.domain, a.required, a.index_digest, a.capability_count,
                    b.repo, b.url, b.domain, b.required, b.index_digest, b.capability_count
             FROM revision_sources a LEFT JOIN revision_sources b ON b.repo = a.repo AND b.revision =
                  (SELECT max(x.revision) FROM revision_sources x WHERE x.repo = a.repo AND x.revision < a.revision)
             WHERE a.revision = $1 ORDER BY a.repo",
            vec![number.into()],
        )
        .await?;
    rows.into_iter()
        .map(|mut row| {
            let before = row.split_off(6);
            Ok(Changed { repo: row.text(0)?.to_owned(), before: present(&before)?, after: present(&row)? })
        })
        .collect()
}

/// A line, unless the row stands for "not in this revision".
fn present(row: &Row) -> Result<Option<SourceLine>, StoreError> {
    if row.is_null(0) || row.text(4)?.is_empty() { Ok(None) } else { read_line(row).map(Some) }
}
