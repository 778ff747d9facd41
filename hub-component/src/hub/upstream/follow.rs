//! Follows the upstreams that are due, each under a lease of its own.

use super::{Fault, kinds, take};
use crate::hub::App;
use crate::hub::jitter::jitter;
use crate::hub::mirror::fetch;
use crate::log;
use crate::ports::Ports;
use api::federated::{Log, LogQuery};
use federation::time::{Seconds, rfc3339};
use federation::upstream::{Seen, base_url};
use futures::future::{Either, select};
use serde_json::json;
use std::pin::pin;
use std::time::Duration;
use store::StoreError;
use store::database::{read_with, write_with};
use store::leases::Lease;
use store::upstreams::{self, Stored};

/// No upstream begins after this many seconds, so that the sources get their turn.
const LATEST_START_SECONDS: Seconds = 5;
/// After this many seconds for one upstream, no further page or index is requested; the rest is left to the next turn.
const MAX_UPSTREAM_SECONDS: Seconds = 10;
/// Longest wait for a page of a log.
const PAGE_TIME: Duration = Duration::from_secs(10);

/// Follows the upstreams that are due. A failure of one is recorded and does not stop the others.
///
/// # Errors
/// If the store fails.
pub async fn follow_due<P: Ports>(app: &App<P>) -> Result<(), StoreError> {
    let began = app.ports.now();
    for stored in upstreams::due(app.database().await?, began).await? {
        if app.ports.now() - began >= LATEST_START_SECONDS {
            break;
        }
        follow(app, stored).await?;
    }
    Ok(())
}

/// After the response, follows the upstreams that are due.
pub fn follow_later<P: Ports>(app: &App<P>) {
    let later = app.clone();
    app.ports.spawn(async move {
        if let Err(error) = follow_due(&later).await {
            log::line("upstream-failed", &json!({ "why": error.to_string() }));
        }
    });
}

async fn follow<P: Ports>(app: &App<P>, stored: Stored) -> Result<(), StoreError> {
    let (database, lease) = (app.database().await?, Lease::upstream(&stored.name));
    if !lease.acquire(database, app.ports.now()).await? {
        return Ok(());
    }
    let written = match session(app, &stored, &lease).await {
        Ok(()) => Ok(()),
        Err(Fault::Store(error)) => Err(error),
        Err(Fault::Upstream(code, why)) => {
            log::line("upstream-failed", &json!({ "upstream": stored.name, "code": code.code, "why": why }));
            let now = app.ports.now();
            write_with(database, async |tx| {
                if let Some(mut current) = take::unchanged(tx, &stored).await? {
                    current.record.fail(code, why, now, jitter(&current.name, now));
                    upstreams::save(tx, &current).await?;
                }
                Ok(())
            })
            .await
        }
    };
    // If it cannot be released, it expires.
    let released = lease.release(database).await;
    written.and(released)
}

/// Takes page after page of the log until nothing is newer or time is up.
async fn session<P: Ports>(app: &App<P>, stored: &Stored, lease: &Lease) -> Result<(), Fault> {
    let Some(own) = base_url(app.configured_url()) else {
        return Err(Fault::Upstream(
            &kinds::UPSTREAM_ELSEWHERE,
            "This hub does not know its own public URL.".to_owned(),
        ));
    };
    let until = app.ports.now() + MAX_UPSTREAM_SECONDS;
    // Another instance may have followed it before the lease was free.
    let read = read_with(app.database().await?, async |tx| take::unchanged(tx, stored).await).await?;
    let mut current = read.filter(|it| it.record.due_at().is_some_and(|at| at <= app.ports.now()));
    while let Some(stored) = current {
        let page = page(app, &stored).await?;
        compare(&stored, &page)?;
        let next = take::page(app, &own, &stored, page, lease, until).await?;
        current = next.filter(|_| app.ports.now() < until);
    }
    Ok(())
}

async fn page<P: Ports>(app: &App<P>, stored: &Stored) -> Result<Log, Fault> {
    let since = stored.record.seen.as_ref().map_or(0, |seen| seen.revision);
    let verified_after = stored.record.verified_at.unwrap_or(0);
    let query = LogQuery { since, wait: 0, verified_after: Some(rfc3339(verified_after)) };
    let url = &stored.upstream.url;
    match select(pin!(fetch::log(&app.ports, url, &query)), pin!(app.ports.sleep(PAGE_TIME))).await {
        Either::Left((page, _)) => page.map_err(Fault::of),
        Either::Right(_) => {
            let why = format!("{url}: the log did not arrive within {} s", PAGE_TIME.as_secs());
            Err(Fault::Upstream(&kinds::UPSTREAM_UNREACHABLE, why))
        }
    }
}

/// Checks that the upstream is the hub that was configured, and that its log continues what is known of it.
fn compare(stored: &Stored, page: &Log) -> Result<(), Fault> {
    let url = &stored.upstream.url;
    if let Some(hub) = page.hub.as_deref().filter(|hub| !stored.upstream.is_at(hub)) {
        let why = format!("{url} says that its public URL is {}", crate::problem::quoted(hub));
        return Err(Fault::Upstream(&kinds::UPSTREAM_ELSEWHERE, why));
    }
    let Some(Seen { revision, digest }) = &stored.record.seen else { return Ok(()) };
    let rewritten = |why: String| Err(Fault::Upstream(&kinds::HISTORY_REWRITTEN, why));
    if let Some(there) = page.since.as_ref().filter(|there| there.revision == *revision && there.digest != *digest) {
        let there = &there.digest;
        return rewritten(format!("{url}: revision {revision} had the digest {digest}, and has {there} now"));
    }
    let newest = page.newest.as_ref().map_or(0, |newest| newest.revision);
    if newest >= *revision {
        return Ok(());
    }
    let why = format!("{url}: the newest revision was {revision}, and is {newest} now");
    match page.hub {
        Some(_) => rewritten(why),
        // A mirror may not have followed its primary that far.
        None => Err(Fault::Upstream(&kinds::UPSTREAM_BEHIND, why)),
    }
}
