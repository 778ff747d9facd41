//! The log as mirrors follow it: what each revision changed, in full.

use super::commits::provenance;
use super::history::{Entry, read_entry};
use super::{COMPOSITION_AT, LINE, get, newest, read_next_line};
use crate::StoreError;
use crate::database::{Row, Transaction};
use crate::row::Reader;
use federation::compose::SourceLine;
use federation::provenance::Provenance;
use federation::time::Seconds;
use std::collections::BTreeMap;

/// A revision, and what it changed.
pub struct Logged {
    /// The revision.
    pub entry: Entry,
    /// Whether `put` is the whole revision, since what it changed is not known.
    pub is_whole: bool,
    /// The lines that are new or replaced, ordered by repo.
    pub put: Vec<SourceLine>,
    /// The sources that were removed, ordered.
    pub removed: Vec<String>,
    /// The commits of the lines, by repo, as far as they are known.
    pub commits: BTreeMap<String, Provenance>,
    /// When the lines were verified, by repo, as far as their snapshots are still published.
    pub verified: BTreeMap<String, Seconds>,
}

/// When the line `x` was verified; NULL if what was verified since is another snapshot.
const VERIFIED: &str = "(SELECT v.verified_at FROM source_state v JOIN composition c ON c.repo = v.repo
     WHERE v.repo = x.repo AND c.index_digest = x.index_digest AND c.url = x.url)";

/// The oldest revision after `number`, as a change from `number`; whole if that one is not stored. `None` if there is none.
pub async fn next(tx: &mut impl Transaction, number: u64) -> Result<Option<Logged>, StoreError> {
    let is_kept = get(tx, number).await?.is_some();
    let sql = "SELECT number, digest, composed_at, actor, cause, source_count, capability_count, NULL FROM revisions
         WHERE number > $1 ORDER BY number LIMIT 1";
    let rows = tx.query(sql, vec![number.into()]).await?;
    let Some(entry) = rows.first().map(read_entry).transpose()? else { return Ok(None) };
    let at = entry.revision.number;
    let (put, removed, commits, verified) = Default::default();
    let mut logged = Logged { entry, is_whole: !is_kept, put, removed, commits, verified };
    let from = if is_kept { "revision_sources x WHERE x.revision = $1" } else { &format!("{COMPOSITION_AT} x") };
    let sql = format!("SELECT repo, index_digest, {LINE}, provenance, {VERIFIED} FROM {from} ORDER BY repo");
    for row in tx.query(&sql, vec![at.into()]).await? {
        let mut row = Reader::of(&row);
        let (repo, is_removed) = (row.string()?, row.text()?.is_empty());
        if is_removed {
            logged.removed.push(repo);
            continue;
        }
        logged.put.push(read_next_line(&mut row)?);
        if let Some(provenance) = row.optional(provenance)? {
            logged.commits.insert(repo.clone(), provenance);
        }
        if let Some(verified_at) = row.optional(Reader::integer)? {
            logged.verified.insert(repo, verified_at);
        }
    }
    Ok(Some(logged))
}

/// Maximum sources whose verification one response lists, not counting further ones of the last second.
const MAX_VERIFIED: usize = 1000;

/// The sources verified after `after`, and when: the earliest thousand, with all others of the last second among these.
pub async fn verified_after(tx: &mut impl Transaction, after: Seconds) -> Result<Vec<(String, Seconds)>, StoreError> {
    let rows = tx
        .query(
            "SELECT repo, verified_at FROM source_state WHERE verified_at > $1 AND verified_at <=
             coalesce((SELECT verified_at FROM source_state WHERE verified_at > $1 ORDER BY verified_at LIMIT 1 OFFSET $2), $3)
             ORDER BY verified_at, repo",
            vec![after.into(), (MAX_VERIFIED - 1).into(), i64::MAX.into()],
        )
        .await?;
    let verified = |row: &Row| {
        let mut row = Reader::of(row);
        Ok((row.string()?, row.integer()?))
    };
    rows.iter().map(verified).collect()
}

/// The number of the newest revision; 0 before the first.
pub async fn last(tx: &mut impl Transaction) -> Result<u64, StoreError> {
    Ok(newest(tx).await?.map_or(0, |revision| revision.number))
}
