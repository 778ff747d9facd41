//! Revisions: the append-only log, and the complete newest revision.

mod append;
mod change;
mod commits;
mod compositions;
pub mod feed;
mod growth;
mod history;
pub mod log;
mod recent;
mod recomposed;
pub mod steps;

use crate::StoreError;
use crate::database::{Database, Row, Transaction};
use crate::row::{Reader, SoleColumn as _, placeholders};
pub use append::{Origin, append};
pub use change::Change;
pub(crate) use commits::COMMITS;
use commits::REPOS_PER_STATEMENT;
pub use commits::{commits_at, note_commit};
pub(crate) use compositions::COMPOSITION_AT;
pub use compositions::{composition, lines_at, stored, verified_at};
use federation::compose::SourceLine;
use federation::digest::Digest;
use federation::time::{Seconds, is_beyond};
pub use growth::{Growth, Sample, growth};
pub use history::{Changed, ChangedSource, Entry, changed_sources, changes_between, history, history_of};
pub use recent::{CapabilityHistory, Recent, capability_history, newest_steps};
pub use recomposed::{Totals, recompose};
use std::collections::BTreeMap;

/// One published composition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Number from 1. Only a restore leaves gaps.
    pub number: u64,
    /// Digest of its source list.
    pub digest: Digest,
    /// When it was composed.
    pub composed_at: Seconds,
}

/// The data that every read needs first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The newest revision; `None` before the first.
    pub revision: Option<Revision>,
    /// Whether there are any registrations.
    pub registered: bool,
    /// When the next check of a source, a catalogue or an upstream is due; `None` if there is nothing to check.
    pub due_at: Option<Seconds>,
    /// When the lease of the current refresh expires; in the past if none is running.
    pub refreshing_until: Seconds,
    /// Oldest verification time of a contributing source.
    pub verified_at: Option<Seconds>,
    /// Newest verification time of a contributing source.
    pub verified_last_at: Option<Seconds>,
    /// When the hub at this URL, which this database last followed, last said that nothing is newer.
    pub followed: Option<(String, Seconds)>,
}

impl Head {
    /// The number of the newest revision; 0 before the first.
    pub fn number(&self) -> u64 {
        self.revision.as_ref().map_or(0, |newest| newest.number)
    }

    /// When the primary of this mirror last said that nothing is newer; `None` if this is not a mirror, or has never caught up with that primary.
    pub fn mirrored_at(&self, primary: Option<&str>) -> Option<Seconds> {
        self.followed.as_ref().filter(|(url, _)| primary == Some(url)).map(|(_, at)| *at)
    }

    /// Whether a check is due. A verification in the future dates from before the clock was set back.
    pub fn is_due(&self, now: Seconds) -> bool {
        self.due_at.is_some_and(|at| at <= now) || self.verified_last_at.is_some_and(|at| is_beyond(at, now))
    }
}

const HEAD: &str = "SELECT (SELECT count(*) FROM (SELECT 1 FROM registrations LIMIT 1) any_registration),
     (SELECT min(at) FROM (SELECT min(next_check_at) AS at FROM source_state UNION ALL SELECT min(next_check_at) FROM catalogues
     UNION ALL SELECT min(next_attempt_at) FROM upstreams) due),
     (SELECT coalesce(max(expires_at), 0) FROM leases WHERE name = 'refresh'),
     (SELECT min(verified_at) FROM source_state),
     (SELECT max(verified_at) FROM source_state), f.url, f.current_at, v.number, v.digest, v.composed_at
     FROM (SELECT 1) one LEFT JOIN mirror f ON f.current_at IS NOT NULL LEFT JOIN revisions v ON v.number = (SELECT max(number) FROM revisions)";

/// Reads the head in one statement.
pub async fn head(database: &impl Database) -> Result<Head, StoreError> {
    let rows = database.query(HEAD, Vec::new()).await?;
    let row = rows.first().ok_or_else(|| StoreError::Unreadable("the head has no row".to_owned()))?;
    let mut row = Reader::of(row);
    Ok(Head {
        registered: row.flag()?,
        due_at: row.optional(Reader::integer)?,
        refreshing_until: row.integer()?,
        verified_at: row.optional(Reader::integer)?,
        verified_last_at: row.optional(Reader::integer)?,
        followed: row.optional(Reader::string)?.zip(row.optional(Reader::integer)?),
        revision: row.optional(read_next)?,
    })
}

/// The number of capabilities in the newest revision.
pub async fn capability_count(tx: &mut impl Transaction) -> Result<u64, StoreError> {
    let rows =
        tx.query("SELECT CAST(coalesce(sum(capability_count), 0) AS BIGINT) FROM composition", Vec::new()).await?;
    rows.first().map_or(Ok(0), |row| row.count())
}

const COLUMNS: &str = "number, digest, composed_at";

/// Verifies that these lines are those that a revision was published with; before the
/// first revision there must be none.
///
/// # Errors
/// If they are not: a line, or the log's entry for the revision, is damaged.
pub fn verify<'a>(
    revision: Option<&Revision>,
    lines: impl ExactSizeIterator<Item = &'a SourceLine>,
) -> Result<(), StoreError> {
    let sources = lines.len();
    verify_digest(revision, sources, &federation::compose::digest(lines))
}

fn verify_digest(revision: Option<&Revision>, sources: usize, digest: &Digest) -> Result<(), StoreError> {
    match revision {
        Some(revision) if revision.digest != *digest => Err(StoreError::Unreadable(format!(
            "revision {} has digest {}, its sources {digest}",
            revision.number, revision.digest
        ))),
        None if sources > 0 => Err(StoreError::Unreadable("sources without a revision".to_owned())),
        _ => Ok(()),
    }
}

/// The newest revision.
pub async fn newest(tx: &mut impl Transaction) -> Result<Option<Revision>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM revisions ORDER BY number DESC LIMIT 1");
    tx.query(&sql, Vec::new()).await?.first().map(read).transpose()
}

/// One revision; `None` if it is not stored.
pub async fn get(tx: &mut impl Transaction, number: u64) -> Result<Option<Revision>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM revisions WHERE number = $1");
    tx.query(&sql, vec![number.into()]).await?.first().map(read).transpose()
}

/// The number of the previous revision, if it is stored. A restore leaves gaps in the numbers.
pub async fn parent(tx: &mut impl Transaction, number: u64) -> Result<Option<u64>, StoreError> {
    let rows = tx.query("SELECT max(number) FROM revisions WHERE number < $1", vec![number.into()]).await?;
    rows.first().map_or(Ok(None), |row| Reader::of(row).optional(Reader::count))
}

/// The number of the revision `count` after `number`, or of the newest if fewer follow; `number` itself if none does.
/// It counts rows, since a restore leaves gaps in the numbers.
pub async fn after(tx: &mut impl Transaction, number: u64, count: usize) -> Result<u64, StoreError> {
    let rows = tx
        .query(
            "SELECT coalesce(max(number), $1) FROM (SELECT number FROM revisions WHERE number > $1 ORDER BY number LIMIT $2) page",
            vec![number.into(), count.into()],
        )
        .await?;
    rows.first().map_or(Ok(number), |row| row.count())
}

/// The number of the newest stored revision before this one, but at least `least`.
pub async fn before(tx: &mut impl Transaction, number: u64, least: u64) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(max(number), 0) FROM revisions WHERE number < $1";
    let rows = tx.query(sql, vec![number.into()]).await?;
    rows.first().map_or(Ok(least), |row| Ok(row.count::<u64>()?.max(least)))
}

fn read(row: &Row) -> Result<Revision, StoreError> {
    read_next(&mut Reader::of(row))
}

fn read_next(row: &mut Reader<'_>) -> Result<Revision, StoreError> {
    Ok(Revision { number: row.count()?, digest: row.digest()?, composed_at: row.integer()? })
}

/// The line of one repo in the newest revision.
pub async fn line(tx: &mut impl Transaction, repo: &str) -> Result<Option<SourceLine>, StoreError> {
    let sql = format!("SELECT {LINE} FROM composition WHERE repo = $1");
    tx.query(&sql, vec![repo.into()]).await?.first().map(read_line).transpose()
}

/// The lines of these repos in the newest revision, by repo.
pub async fn lines_of(tx: &mut impl Transaction, repos: &[&str]) -> Result<BTreeMap<String, SourceLine>, StoreError> {
    let mut lines = BTreeMap::new();
    for repos in repos.chunks(REPOS_PER_STATEMENT) {
        let sql = format!("SELECT {LINE} FROM composition WHERE repo IN ({})", placeholders(1, repos.len()));
        for row in tx.query(&sql, repos.iter().map(|repo| (*repo).into()).collect()).await? {
            let line = read_line(&row)?;
            lines.insert(line.repo.clone(), line);
        }
    }
    Ok(lines)
}

/// Migration step: adds the hubs through which a line came, one per line of text.
pub(crate) const VIA: &[&str] = &[
    "ALTER TABLE composition ADD COLUMN via TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE revision_sources ADD COLUMN via TEXT NOT NULL DEFAULT ''",
];

const LINE: &str = "repo, url, domain, required, index_digest, capability_count, via";

const LINE_COLUMNS: usize = 7;

fn read_line(row: &Row) -> Result<SourceLine, StoreError> {
    read_next_line(&mut Reader::of(row))
}

/// Reads a source line from the next columns of a row, which are [`LINE`].
fn read_next_line(row: &mut Reader<'_>) -> Result<SourceLine, StoreError> {
    Ok(SourceLine {
        repo: row.string()?,
        url: row.string()?,
        domain: row.string()?,
        required: row.flag()?,
        index_digest: row.digest()?,
        capability_count: row.count()?,
        via: row.text()?.lines().map(str::to_owned).collect(),
    })
}
