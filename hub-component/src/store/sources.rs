//! Sources: registrations together with what was seen of them.

use super::StoreError;
use super::registrations::{self, COLUMN_COUNT, COLUMNS, Registered};
use super::row::placeholders;
use crate::ports::{Row, Transaction, Value};
use federation::registration::Registration;
use federation::source::{SourceRecord, State};
use federation::time::Seconds;
use std::collections::HashMap;

/// A registration and its record.
#[derive(Clone, Debug)]
pub struct Source {
    /// What was registered.
    pub registered: Registered,
    /// What was seen.
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

pub(super) fn read(row: Row) -> Result<Source, StoreError> {
    let registered = registrations::read(&row)?;
    let record = match row.get(COLUMN_COUNT) {
        Some(Value::Text(json)) => serde_json::from_str(json)
            .map_err(|e| StoreError::Unreadable(format!("source_state of {}: {e}", registered.registration.repo)))?,
        _ => SourceRecord::default(),
    };
    Ok(Source { registered, record })
}

/// All sources, ordered by repo.
pub async fn all(tx: &mut impl Transaction) -> Result<Vec<Source>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, s.record FROM registrations r LEFT JOIN source_state s ON s.repo = r.repo ORDER BY r.repo"
    );
    tx.query(&sql, Vec::new()).await?.into_iter().map(read).collect()
}

/// One source; `None` if the repo is not registered.
pub async fn get(tx: &mut impl Transaction, repo: &str) -> Result<Option<Source>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, s.record FROM registrations r LEFT JOIN source_state s ON s.repo = r.repo WHERE r.repo = $1"
    );
    tx.query(&sql, vec![repo.into()]).await?.into_iter().next().map(read).transpose()
}

/// Those that may be due, ordered by repo. Once something was verified in the future, before the clock was set back, that is all of them.
pub async fn due(tx: &mut impl Transaction, now: Seconds) -> Result<Vec<Source>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, s.record FROM registrations r JOIN source_state s ON s.repo = r.repo
         WHERE s.next_check_at <= $1 OR (SELECT max(verified_at) FROM source_state) > $1 ORDER BY r.repo"
    );
    tx.query(&sql, vec![now.into()]).await?.into_iter().map(read).collect()
}

/// Those that are fetched from this URL, ordered by repo.
pub async fn at_url(tx: &mut impl Transaction, url: &str) -> Result<Vec<Source>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, s.record FROM registrations r LEFT JOIN source_state s ON s.repo = r.repo WHERE r.url = $1 ORDER BY r.repo"
    );
    tx.query(&sql, vec![url.into()]).await?.into_iter().map(read).collect()
}

/// Those of some repos that are registered, by repo.
pub async fn some(tx: &mut impl Transaction, repos: &[&str]) -> Result<HashMap<String, Source>, StoreError> {
    if repos.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT {COLUMNS}, s.record FROM registrations r LEFT JOIN source_state s ON s.repo = r.repo WHERE r.repo IN ({})",
        placeholders(1, repos.len())
    );
    let rows = tx.query(&sql, repos.iter().map(|repo| (*repo).into()).collect()).await?;
    rows.into_iter().map(|row| read(row).map(|source| (source.repo().to_owned(), source))).collect()
}

/// Keeps what was seen of a source.
pub async fn save_record(tx: &mut impl Transaction, source: &Source) -> Result<(), StoreError> {
    save_records(tx, std::slice::from_ref(source)).await
}

/// Keeps what was seen of sources, each of which is there once.
pub async fn save_records(tx: &mut impl Transaction, sources: &[Source]) -> Result<(), StoreError> {
    if sources.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(sources.len());
    let mut parameters = Vec::with_capacity(5 * sources.len());
    for source in sources {
        let record = &source.record;
        let Registration { enabled, url, .. } = &source.registered.registration;
        let enabled = *enabled;
        let json = serde_json::to_string(record).map_err(|e| StoreError::Unreadable(e.to_string()))?;
        let due = if enabled { record.next_check_at.unwrap_or(0) } else { NEVER };
        let verified = record.verified_at.filter(|_| enabled && record.accepted.is_some());
        rows.push(format!("({})", placeholders(parameters.len() + 1, 5)));
        parameters.extend([source.repo().into(), json.into(), due.into(), verified.into()]);
        parameters.push(record.standing(enabled, url).as_str().into());
    }
    let sql = format!(
        "INSERT INTO source_state (repo, record, next_check_at, verified_at, standing) VALUES {}
         ON CONFLICT (repo) DO UPDATE SET record = excluded.record, next_check_at = excluded.next_check_at,
         verified_at = excluded.verified_at, standing = excluded.standing",
        rows.join(", ")
    );
    tx.query(&sql, parameters).await?;
    Ok(())
}

/// Due time of what is not to be checked.
const NEVER: i64 = i64::MAX;
