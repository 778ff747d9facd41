//! Lists of sources. The database filters, counts and pages them, so that the cost of a list depends on its length.
//!
//! Next to the record of a source is its *standing*, the state that it has until time alone changes it; next to a
//! registration are its words. Both are written together with the data that they derive from.

use super::registrations;
use super::sources::{self, Source};
use super::statement::Statement;
use crate::database::{Row, Transaction};
use crate::{
    StoreError,
    row::{Reader, SoleColumn as _},
};
use federation::source::{GRACE, State};
use federation::time::Seconds;

/// Migration step: adds the columns by which lists of registrations are searched.
pub(super) const COLUMNS_OF_LISTS: &[&str] = &[
    "ALTER TABLE registrations ADD COLUMN words TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE source_state ADD COLUMN standing TEXT NOT NULL DEFAULT ''",
];

/// Migration step: adds how often a source is checked, if not by its time to live.
pub(super) const POLLED_EVERY: &[&str] = &["ALTER TABLE source_state ADD COLUMN polled_every INTEGER"];

/// Sources that one statement writes.
const SOURCES_PER_STATEMENT: usize = 500;

/// Fills the columns after their creation.
pub(super) async fn fill(tx: &mut impl Transaction) -> Result<(), StoreError> {
    let sql = format!("SELECT {} FROM registrations r JOIN source_state s ON s.repo = r.repo", sources::columns());
    let sources = sources::load(tx, &sql, Vec::new()).await?;
    for Source { registered, .. } in &sources {
        registrations::update(tx, &registered.registration, registered.updated_at).await?;
    }
    for batch in sources.chunks(SOURCES_PER_STATEMENT) {
        sources::save_records(tx, batch).await?;
    }
    Ok(())
}

/// Selects sources; all of them by default.
#[derive(Clone, Debug, Default)]
pub struct SourceFilter<'a> {
    /// Only sources of exactly this domain.
    pub domain: Option<&'a str>,
    /// Only enabled or only disabled sources.
    pub enabled: Option<bool>,
    /// Only required or only other sources.
    pub required: Option<bool>,
    /// Only sources in this state.
    pub state: Option<State>,
    /// Only sources in any other state.
    pub other_than: Option<State>,
    /// Only sources with this label: its name and its value.
    pub label: Option<(&'a str, &'a str)>,
    /// Only sources with all of these words.
    pub words: Option<&'a str>,
}

impl SourceFilter<'_> {
    /// Selects required sources that are not fresh.
    pub fn required_not_fresh() -> Self {
        Self { required: Some(true), other_than: Some(State::Fresh), ..Self::default() }
    }
}

/// Up to `limit` of the selected sources, ordered by repo, from the first one after `after`.
pub async fn page(
    tx: &mut impl Transaction,
    wanted: &SourceFilter<'_>,
    now: Seconds,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Source>, StoreError> {
    let mut s = Statement::default();
    s.push(&format!("SELECT {} ", sources::columns()));
    from(&mut s, wanted, now);
    if let Some(after) = after {
        let after = s.bind(after);
        s.push(&format!(" AND r.repo > {after}"));
    }
    let limit = s.bind(limit);
    s.push(&format!(" ORDER BY r.repo LIMIT {limit}"));
    sources::load(tx, &s.sql, s.parameters).await
}

/// The number of selected sources.
pub async fn count(tx: &mut impl Transaction, wanted: &SourceFilter<'_>, now: Seconds) -> Result<usize, StoreError> {
    let mut s = Statement::default();
    s.push("SELECT count(*) ");
    from(&mut s, wanted, now);
    tx.query(&s.sql, s.parameters).await?.first().map_or(Ok(0), |row| row.count())
}

/// The number of selected sources in each state; states without sources are omitted.
pub async fn by_state(
    tx: &mut impl Transaction,
    wanted: &SourceFilter<'_>,
    now: Seconds,
) -> Result<Vec<(State, usize)>, StoreError> {
    let mut s = Statement::default();
    s.push("SELECT ");
    state(&mut s, now);
    s.push(" AS state, count(*) ");
    from(&mut s, wanted, now);
    s.push(" GROUP BY 1");
    let counted = |row: &Row| {
        let mut row = Reader::of(row);
        let name = row.text()?;
        let state = State::ALL.into_iter().find(|state| state.as_str() == name);
        let state = state.ok_or_else(|| StoreError::Unreadable(format!("`{name}` is not a state")))?;
        Ok((state, row.count()?))
    };
    tx.query(&s.sql, s.parameters).await?.iter().map(counted).collect()
}

fn from(s: &mut Statement, wanted: &SourceFilter<'_>, now: Seconds) {
    s.push("FROM registrations r JOIN source_state s ON s.repo = r.repo WHERE 1 = 1");
    if let Some(domain) = wanted.domain {
        let domain = s.bind(domain);
        s.push(&format!(" AND r.domain = {domain}"));
    }
    for (column, flag) in [("r.enabled", wanted.enabled), ("r.required", wanted.required)] {
        if let Some(flag) = flag {
            let flag = s.bind(flag);
            s.push(&format!(" AND {column} = {flag}"));
        }
    }
    for (comparison, name) in [("=", wanted.state), ("<>", wanted.other_than)] {
        if let Some(name) = name {
            s.push(" AND ");
            state(s, now);
            let name = s.bind(name.as_str());
            s.push(&format!(" {comparison} {name}"));
        }
    }
    if let Some((name, value)) = wanted.label {
        let (name, value) = (s.bind(name), s.bind(value));
        s.push(&format!(" AND r.repo IN (SELECT repo FROM labels WHERE name = {name} AND value = {value})"));
    }
    for word in wanted.words.unwrap_or_default().to_lowercase().split_whitespace() {
        let pattern = s.bind_contains(word);
        s.push(&format!(" AND r.words LIKE {pattern} ESCAPE '!'"));
    }
}

/// Writes [`State::at`] as an expression.
fn state(s: &mut Statement, now: Seconds) {
    let now = s.bind(now);
    let (fresh, stale) = (State::Fresh.as_str(), State::Stale.as_str());
    s.push(&format!(
        "CASE WHEN s.standing = '{fresh}' AND (s.verified_at IS NULL OR s.verified_at + 2 * coalesce(s.polled_every, r.cache_ttl_seconds) + {GRACE} < {now})
         THEN '{stale}' ELSE s.standing END"
    ));
}
