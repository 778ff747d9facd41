//! Sources: registrations with their records.

use super::registrations::{self, COLUMNS, Registered};
use super::row::{Reader, placeholders};
use crate::database::{Transaction, Value};
use crate::{StoreError, leases, revisions};
use federation::limits::MAX_RECORD_BYTES;
use federation::registration::Registration;
use federation::source::{Accepted, SourceRecord, State};
use federation::time::{CLOCK_TOLERANCE, Seconds};
use std::collections::HashMap;

/// A registration and its record.
#[derive(Clone, Debug)]
pub struct Source {
    /// The registration.
    pub registered: Registered,
    /// The record of its checks.
    pub record: SourceRecord,
}

impl Source {
    /// Its name.
    pub fn repo(&self) -> &str {
        &self.registered.registration.repo
    }

    /// Its state.
    pub fn state(&self, now: Seconds) -> State {
        let r = &self.registered.registration;
        self.record.state(r.enabled, &r.url, r.cache_ttl_seconds, now)
    }
}

/// The columns that [`load`] reads, of registrations `r` and their state `s`. An oversized record, which no version
/// writes, is not read: the size of a statement's result is limited, and it contains all the other sources too.
pub(super) fn columns() -> String {
    format!(
        "{COLUMNS}, CASE WHEN octet_length(s.record) <= {MAX_RECORD_BYTES} THEN s.record ELSE '' END, s.next_check_at"
    )
}

/// Loads sources from a statement over [`columns`]. A source with an unreadable record is
/// included, with its contribution.
pub(super) async fn load(
    tx: &mut impl Transaction,
    sql: &str,
    parameters: Vec<Value>,
) -> Result<Vec<Source>, StoreError> {
    let mut sources = Vec::new();
    for row in tx.query(sql, parameters).await? {
        let mut columns = Reader::of(&row);
        let registered = registrations::read_next(&mut columns)?;
        let record = match columns.value() {
            // Registered, but never checked.
            Some(Value::Null) => Some(SourceRecord::default()),
            Some(Value::Text(json)) => serde_json::from_str(json).ok(),
            _ => None,
        };
        let record = match record {
            // The column takes precedence: a pause that a host requests only changes the column.
            Some(record) => match columns.value() {
                Some(Value::Integer(at)) if *at != NEVER => {
                    SourceRecord { next_check_at: Some(*at).filter(|at| *at > 0), ..record }
                }
                _ => record,
            },
            None => {
                let line = revisions::line(tx, &registered.registration.repo).await?;
                SourceRecord::lost(line.map(Accepted::from), registered.updated_at)
            }
        };
        sources.push(Source { registered, record });
    }
    Ok(sources)
}

/// Leaves out what came through an upstream.
const OWN: &str = "r.registered_by NOT LIKE 'upstream:%'";

/// Sources that one statement reads, so that its result stays within the limit however long their records are.
const ROWS_PER_STATEMENT: usize = 200;

/// All sources that this hub fetches, ordered by repo, without their findings: all findings together may exceed the memory.
pub async fn all(tx: &mut impl Transaction) -> Result<Vec<Source>, StoreError> {
    let condition = format!("LEFT JOIN source_state s ON s.repo = r.repo WHERE r.repo > $1 AND {OWN}");
    pages(tx, &condition, Vec::new()).await
}

/// The sources that may be due and are not being fetched individually, as in [`all`]. If a verification time is in the
/// future, because the clock was set back, these are all sources.
pub async fn due(tx: &mut impl Transaction, now: Seconds) -> Result<Vec<Source>, StoreError> {
    let condition = format!(
        "JOIN source_state s ON s.repo = r.repo WHERE r.repo > $1
         AND {OWN} AND (s.next_check_at <= $2 OR (SELECT max(verified_at) FROM source_state) > $3)
         AND NOT EXISTS ({})",
        leases::LIVE_SOURCE_LEASE
    );
    let [from, until] = leases::held_until(now);
    pages(tx, &condition, vec![now.into(), (now + CLOCK_TOLERANCE).into(), from.into(), until.into()]).await
}

async fn pages(tx: &mut impl Transaction, condition: &str, parameters: Vec<Value>) -> Result<Vec<Source>, StoreError> {
    let sql =
        format!("SELECT {} FROM registrations r {condition} ORDER BY r.repo LIMIT {ROWS_PER_STATEMENT}", columns());
    let mut all: Vec<Source> = Vec::new();
    loop {
        let after = all.last().map_or("", Source::repo);
        let parameters = std::iter::once(after.into()).chain(parameters.iter().cloned()).collect();
        let mut page = load(tx, &sql, parameters).await?;
        let is_last = page.len() < ROWS_PER_STATEMENT;
        page.iter_mut().for_each(|source| source.record.forget_findings());
        all.append(&mut page);
        if is_last {
            return Ok(all);
        }
    }
}

/// One source; `None` if the repo is not registered.
pub async fn get(tx: &mut impl Transaction, repo: &str) -> Result<Option<Source>, StoreError> {
    Ok(by_repos(tx, &[repo]).await?.remove(repo))
}

/// The sources with this URL, ordered by repo, as in [`all`].
pub async fn at_url(tx: &mut impl Transaction, url: &str) -> Result<Vec<Source>, StoreError> {
    let condition = "LEFT JOIN source_state s ON s.repo = r.repo WHERE r.repo > $1 AND r.url = $2";
    pages(tx, condition, vec![url.into()]).await
}

/// The registered sources among these repos, by repo.
pub async fn by_repos(tx: &mut impl Transaction, repos: &[&str]) -> Result<HashMap<String, Source>, StoreError> {
    let mut found = HashMap::new();
    for repos in repos.chunks(ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT {} FROM registrations r LEFT JOIN source_state s ON s.repo = r.repo WHERE r.repo IN ({})",
            columns(),
            placeholders(1, repos.len())
        );
        let sources = load(tx, &sql, repos.iter().map(|repo| (*repo).into()).collect()).await?;
        found.extend(sources.into_iter().map(|source| (source.repo().to_owned(), source)));
    }
    Ok(found)
}

/// Stores the record of a source.
pub async fn save_record(tx: &mut impl Transaction, source: &Source) -> Result<(), StoreError> {
    save_records(tx, std::slice::from_ref(source)).await
}

/// Stores the records of sources; each source may occur only once.
pub async fn save_records(tx: &mut impl Transaction, sources: &[Source]) -> Result<(), StoreError> {
    for sources in sources.chunks(ROWS_PER_STATEMENT) {
        save_page(tx, sources).await?;
    }
    Ok(())
}

async fn save_page(tx: &mut impl Transaction, sources: &[Source]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(sources.len());
    let mut parameters = Vec::with_capacity(6 * sources.len());
    for source in sources {
        let record = &source.record;
        let Registration { enabled, url, cache_ttl_seconds, .. } = &source.registered.registration;
        let (enabled, relayed) = (*enabled, source.registered.upstream().is_some());
        let json = record.to_json().map_err(|e| StoreError::Unreadable(e.to_string()))?;
        let due = if enabled && !relayed { record.next_check_at.unwrap_or(0) } else { NEVER };
        let verified = record.verified_at.filter(|_| enabled && record.accepted.is_some());
        rows.push(format!("({})", placeholders(parameters.len() + 1, 6)));
        parameters.extend([source.repo().into(), json.into(), due.into(), verified.into()]);
        let polled_every = record.pushed_at.map(|_| i64::from(record.polled_every(*cache_ttl_seconds)));
        parameters.extend([record.standing(enabled, url).as_str().into(), polled_every.into()]);
    }
    let sql = format!(
        "INSERT INTO source_state (repo, record, next_check_at, verified_at, standing, polled_every) VALUES {}
         ON CONFLICT (repo) DO UPDATE SET record = excluded.record, next_check_at = excluded.next_check_at,
         verified_at = excluded.verified_at, standing = excluded.standing, polled_every = excluded.polled_every",
        rows.join(", ")
    );
    tx.query(&sql, parameters).await?;
    Ok(())
}

/// Postpones the checks of these sources until `until`, without counting it as a failure.
pub async fn put_off(tx: &mut impl Transaction, repos: &[&str], until: Seconds) -> Result<(), StoreError> {
    for repos in repos.chunks(ROWS_PER_STATEMENT) {
        let sql = format!(
            "UPDATE source_state SET next_check_at = $1 WHERE next_check_at < $2 AND repo IN ({})",
            placeholders(3, repos.len())
        );
        let times: [Value; 2] = [until.into(), until.into()];
        tx.query(&sql, times.into_iter().chain(repos.iter().map(|repo| (*repo).into())).collect()).await?;
    }
    Ok(())
}

/// Due time of sources that are not to be checked.
const NEVER: i64 = i64::MAX;
