//! `GET /v1/federated/log`: the log of revisions as mirrors follow it.

use crate::edge::Query;
use crate::hub::App;
use crate::hub::mirror::state;
use crate::hub::paging::PageBuilder;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::federated::{Log, LogQuery, Logged, MAX_LOG_WAIT, Point, Verified};
use api::page::MAX_LOG_REVISIONS;
use api::paths;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use federation::time::{Seconds, parse_rfc3339, rfc3339};
use federation::upstream::base_url;
use http::header::CACHE_CONTROL;
use std::time::Duration;
use store::database::{Autocommit, Transaction, read_with};
use store::revisions::{self, Revision, log};

/// How often a waiting request looks for a newer revision.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
const LOOKS_PER_SECOND: u32 = 4;

/// Follows the log of revisions.
///
/// What each revision after `since` changed, oldest first, and when sources were verified: what a mirror needs to publish the same. If nothing is
/// newer, the hub waits up to `wait` seconds, or not at all if too many clients are waiting.
#[utoipa::path(
    get,
    path = paths::LOG,
    operation_id = "followLog",
    tag = "federation",
    params(LogQuery),
    responses((status = 200, description = "The revisions after `since`.", body = Log, headers(("Cache-Control")))),
)]
pub async fn follow<P: Ports>(
    State(app): State<App<P>>,
    Query(query): Query<LogQuery>,
) -> Result<impl IntoResponse, Problem> {
    let invalid = |what: String| Problem::new(&kinds::INVALID_QUERY, what);
    if query.wait > MAX_LOG_WAIT {
        return Err(invalid(format!("`wait` must be from 0 to {MAX_LOG_WAIT}.")));
    }
    let verified_after = match &query.verified_after {
        None => None,
        Some(text) => {
            Some(parse_rfc3339(text).ok_or_else(|| invalid("`verified_after` must be an RFC 3339 time.".to_owned()))?)
        }
    };
    let database = app.database().await?;
    if let Some(_waiting) = app.permit_to_wait() {
        for _ in 0..query.wait * LOOKS_PER_SECOND {
            if log::last(&mut Autocommit(database)).await? != query.since {
                break;
            }
            app.ports.sleep(POLL_INTERVAL).await;
        }
    }
    // The log is read after this, and is at least as new.
    let mirror = state(&app).await?;
    let mut answer = read_with(database, async |tx| read(tx, query.since, verified_after).await).await?;
    if app.primary().is_none() {
        answer.hub = base_url(app.configured_url());
    }
    answer.mirror = mirror;
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)))
}

async fn read(tx: &mut impl Transaction, since: u64, verified_after: Option<Seconds>) -> Result<Log, Problem> {
    let known = revisions::get(tx, since).await?;
    let newest = revisions::newest(tx).await?;
    let mut verified = Vec::new();
    if let Some(after) = verified_after {
        let read = log::verified_after(tx, after).await?;
        verified.extend(read.into_iter().map(|(repo, at)| Verified { repo, at: rfc3339(at) }));
    }
    let mut page = PageBuilder::new(MAX_LOG_REVISIONS);
    let mut last = since;
    while page.wants() > 0
        && let Some(next) = log::next(tx, last).await?
    {
        let next = view(next);
        last = next.revision;
        page.add(last, &next)?;
    }
    let (revisions, _) = page.done();
    Ok(Log { hub: None, mirror: None, since: known.map(point), newest: newest.map(point), revisions, verified })
}

fn point(Revision { number: revision, digest, composed_at }: Revision) -> Point {
    Point { revision, digest, composed_at: rfc3339(composed_at) }
}

fn view(log::Logged { entry, is_whole, put, removed, commits, verified }: log::Logged) -> Logged {
    Logged {
        revision: entry.revision.number,
        digest: entry.revision.digest,
        composed_at: rfc3339(entry.revision.composed_at),
        actor: entry.actor,
        cause: entry.cause,
        whole: is_whole,
        put,
        removed,
        provenance: commits,
        verified: verified.into_iter().map(|(repo, at)| (repo, rfc3339(at))).collect(),
    }
}
