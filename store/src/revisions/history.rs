//! Reads the log of revisions.

use super::commits::provenance;
use super::{LINE_COLUMNS, Revision, read_next, read_next_line};
use crate::StoreError;
use crate::database::{Row, Transaction, Value};
use crate::row::Reader;
use federation::compose::SourceLine;
use federation::provenance::Provenance;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A revision as recorded in the log.
pub struct Entry {
    /// The revision.
    pub revision: Revision,
    /// Who made it.
    pub actor: String,
    /// Why it was made.
    pub cause: String,
    /// Number of sources.
    pub source_count: usize,
    /// Number of capabilities.
    pub capability_count: usize,
    /// The previous revision, if it is stored. A restore leaves gaps in the numbers.
    pub parent: Option<u64>,
}

/// Up to `limit` revisions below `before`, newest first.
pub async fn history(tx: &mut impl Transaction, before: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
    let rows = tx
        .query(
            "SELECT number, digest, composed_at, actor, cause, source_count, capability_count,
             (SELECT max(p.number) FROM revisions p WHERE p.number < revisions.number) FROM revisions
             WHERE number < $1 ORDER BY number DESC LIMIT $2",
            vec![before.into(), limit.into()],
        )
        .await?;
    rows.iter().map(read_entry).collect()
}

/// Up to `limit` revisions that changed `repo`, also under its former names, newest first.
pub async fn history_of(tx: &mut impl Transaction, repo: &str, limit: usize) -> Result<Vec<Entry>, StoreError> {
    let rows = tx
        .query(
            "SELECT v.number, v.digest, v.composed_at, v.actor, v.cause, v.source_count, v.capability_count,
             (SELECT max(p.number) FROM revisions p WHERE p.number < v.number)
             FROM revisions v WHERE v.number IN (SELECT revision FROM revision_sources WHERE repo = $1
             OR repo IN (SELECT repo FROM former_repos WHERE became = $1)) ORDER BY v.number DESC LIMIT $2",
            vec![repo.into(), limit.into()],
        )
        .await?;
    rows.iter().map(read_entry).collect()
}

pub(super) fn read_entry(row: &Row) -> Result<Entry, StoreError> {
    let mut row = Reader::of(row);
    Ok(Entry {
        revision: read_next(&mut row)?,
        actor: row.string()?,
        cause: row.string()?,
        source_count: row.count()?,
        capability_count: row.count()?,
        parent: row.optional(Reader::count)?,
    })
}

/// A source that a revision changed.
pub struct ChangedSource {
    /// The revision.
    pub revision: u64,
    /// The source.
    pub repo: String,
    /// Whether it is in the revision; false if it was removed.
    pub put: bool,
    /// The commit that it was published from, if it is known.
    pub provenance: Option<Provenance>,
}

/// The sources that these revisions changed, by revision and repo.
pub async fn changed_sources(
    tx: &mut impl Transaction,
    numbers: RangeInclusive<u64>,
) -> Result<Vec<ChangedSource>, StoreError> {
    let rows = tx
        .query(
            "SELECT revision, repo, index_digest, provenance FROM revision_sources WHERE revision BETWEEN $1 AND $2
             ORDER BY revision, repo",
            vec![(*numbers.start()).into(), (*numbers.end()).into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let mut row = Reader::of(row);
            let (revision, repo, put) = (row.count()?, row.string()?, !row.text()?.is_empty());
            Ok(ChangedSource { revision, repo, put, provenance: row.optional(provenance)? })
        })
        .collect()
}

/// The change of a revision to one source.
pub struct Changed {
    /// The source.
    pub repo: String,
    /// Its line in the previous revision; `None` if it was not in it.
    pub before: Option<SourceLine>,
    /// Its line in this revision; `None` if it was removed.
    pub after: Option<SourceLine>,
}

/// The revision, the repo, and seven columns each for the line after and before. The first column of a line is null if
/// the source is not in the revision.
const CHANGED: &str = "SELECT a.revision, a.repo,
     CASE WHEN a.index_digest <> '' THEN a.repo END, a.url, a.domain, a.required, a.index_digest, a.capability_count, a.via,
     CASE WHEN b.index_digest <> '' THEN b.repo END, b.url, b.domain, b.required, b.index_digest, b.capability_count, b.via";

/// `a` is the change of a revision to a source, `b` the previous change to the same source.
const CHANGED_FROM: &str = "FROM revision_sources a LEFT JOIN revision_sources b ON b.repo = a.repo AND b.revision =
     (SELECT max(x.revision) FROM revision_sources x WHERE x.repo = a.repo AND x.revision < a.revision)";

/// The changes of every revision from `oldest` to `newest`, ordered by repo.
pub async fn changes_between(
    tx: &mut impl Transaction,
    oldest: u64,
    newest: u64,
) -> Result<BTreeMap<u64, Vec<Changed>>, StoreError> {
    let sql = format!("{CHANGED} {CHANGED_FROM} WHERE a.revision BETWEEN $1 AND $2 ORDER BY a.revision, a.repo");
    let mut changes: BTreeMap<u64, Vec<Changed>> = BTreeMap::new();
    for row in tx.query(&sql, vec![oldest.into(), newest.into()]).await? {
        let (head, lines) = row.split_at_checked(2).unwrap_or_default();
        let mut head = Reader::of(head);
        let mut lines = lines.chunks(LINE_COLUMNS);
        let (revision, repo) = (head.count()?, head.string()?);
        let (after, before) = (present(lines.next())?, present(lines.next())?);
        changes.entry(revision).or_default().push(Changed { repo, before, after });
    }
    Ok(changes)
}

fn present(line: Option<&[Value]>) -> Result<Option<SourceLine>, StoreError> {
    Reader::of(line.unwrap_or_default()).optional(read_next_line)
}
