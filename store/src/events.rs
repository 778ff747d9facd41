//! The audit log: who changed what, written in the transaction of the change.

use super::revisions::{Origin, Revision};
use crate::database::{Database, Row, Transaction, Value};
use crate::{StoreError, row::Reader};
use federation::time::Seconds;
use serde_json::Value as Json;

/// The subject of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A registration, or the accepted snapshot of its source.
    Repo(&'a str),
    /// A token.
    Token(&'a str),
    /// A catalogue.
    Catalogue(&'a str),
    /// An upstream.
    Upstream(&'a str),
}

impl Subject<'_> {
    fn columns(self) -> [Value; 2] {
        match self {
            Self::Repo(name) => ["repo".into(), name.into()],
            Self::Token(name) => ["token".into(), name.into()],
            Self::Catalogue(name) => ["catalogue".into(), name.into()],
            Self::Upstream(name) => ["upstream".into(), name.into()],
        }
    }
}

/// An event to be recorded.
#[derive(Debug)]
pub struct Event<'a> {
    /// Stable word: `register`, `update`, `deregister`, `refresh`, `compose`, `release`, `rename`, `token-create`, `token-revoke`,
    /// `catalogue-create`, `catalogue-update`, `catalogue-delete`, `catalogue-release`, `upstream-set`, `upstream-remove`.
    pub action: &'a str,
    /// The changed object.
    pub subject: Subject<'a>,
    /// Its state before the change; null if it did not exist.
    pub before: Json,
    /// Its state after the change; null if it was removed.
    pub after: Json,
    /// The revision that the same transaction published, if any.
    pub revision: Option<&'a Revision>,
}

/// A recorded event.
pub struct Recorded {
    /// Sequence number from 1, increasing, never reused.
    pub number: u64,
    /// When it happened.
    pub at: Seconds,
    /// Name of the token that made the change.
    pub actor: String,
    /// Id of the request that made the change.
    pub request_id: String,
    /// As in [`Event`], like the fields below.
    pub action: String,
    /// `repo`, `token`, `catalogue` or `upstream`.
    pub kind: String,
    /// Name of the subject.
    pub subject: String,
    /// The state before the change; null if there was none.
    pub before: Json,
    /// The state after the change; null if it was removed.
    pub after: Json,
    /// The revision that the change led to, if any.
    pub revision: Option<u64>,
}

/// Selects events.
#[derive(Debug, Default)]
pub struct Filter {
    /// Only events about this repo.
    pub repo: Option<String>,
    /// Only events by this actor.
    pub actor: Option<String>,
    /// Only events with this action.
    pub action: Option<String>,
    /// Also events about tokens.
    pub tokens: bool,
}

/// Adds an event to the log. Actions of the hub itself are only recorded in the revisions.
pub async fn record(
    tx: &mut impl Transaction,
    origin: Origin<'_>,
    event: Event<'_>,
    now: Seconds,
) -> Result<(), StoreError> {
    let Some(request_id) = origin.request_id else { return Ok(()) };
    let [kind, subject] = event.subject.columns();
    let text = |json: Json| if json.is_null() { Value::Null } else { json.to_string().into() };
    tx.query(
        "INSERT INTO events (number, at, actor, action, kind, subject, was, became, revision, request_id)
         VALUES ((SELECT coalesce(max(number), 0) + 1 FROM events), $1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vec![
            now.into(),
            origin.actor.into(),
            event.action.into(),
            kind,
            subject,
            text(event.before),
            text(event.after),
            event.revision.map_or(Value::Null, |revision| revision.number.into()),
            request_id.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Up to `limit` events below number `before`, newest first.
pub async fn page(
    database: &impl Database,
    filter: &Filter,
    before: u64,
    limit: usize,
) -> Result<Vec<Recorded>, StoreError> {
    let mut sql = "SELECT number, at, actor, action, kind, subject, was, became, revision, request_id FROM events
         WHERE number < $1"
        .to_owned();
    let mut parameters: Vec<Value> = vec![before.into()];
    let mut and = |condition: &str, value: &str| {
        parameters.push(value.into());
        sql.push_str(&format!(" AND {}", condition.replace('?', &format!("${}", parameters.len()))));
    };
    if filter.repo.is_some() {
        and("kind = ?", "repo");
    } else if !filter.tokens {
        and("kind <> ?", "token");
    }
    if let Some(repo) = &filter.repo {
        // What happened under a former name is part of the history.
        and("subject IN (SELECT repo FROM former_repos WHERE became = ? UNION ALL SELECT ?)", repo);
    }
    if let Some(actor) = &filter.actor {
        and("actor = ?", actor);
    }
    if let Some(action) = &filter.action {
        and("action = ?", action);
    }
    parameters.push(limit.into());
    sql.push_str(&format!(" ORDER BY number DESC LIMIT ${}", parameters.len()));
    database.query(&sql, parameters).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Recorded, StoreError> {
    let json = |row: &mut Reader| {
        serde_json::from_str(row.text()?).map_err(|e| StoreError::Unreadable(format!("an event: {e}")))
    };
    let mut row = Reader::of(row);
    Ok(Recorded {
        number: row.count()?,
        at: row.integer()?,
        actor: row.string()?,
        action: row.string()?,
        kind: row.string()?,
        subject: row.string()?,
        before: row.optional(json)?.unwrap_or_default(),
        after: row.optional(json)?.unwrap_or_default(),
        revision: row.optional(Reader::count)?,
        request_id: row.string()?,
    })
}
