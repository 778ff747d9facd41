//! Follows the primary for a while: what it published is published here, what it verified counts as verified here.

use super::page::{compare, current_at, last_of, newest_of};
use super::{Fault, apply, fault, fetch, verified};
use crate::hub::App;
use crate::log;
use crate::ports::Ports;
use api::Json;
use api::federated::{LogQuery, Logged};
use federation::bounded::Message;
use federation::time::{Seconds, rfc3339};
use serde_json::json;
use std::time::Duration;
use store::database::write_with;
use store::leases::Lease;
use store::revisions;
use store::{StoreError, mirror, upkeep};

/// How long one session follows, in seconds; less than a lease lasts.
const SESSION: Seconds = 30;

/// How long the primary may wait for something new, in seconds: less than a response may take to begin.
const POLL_SECONDS: u32 = 8;

/// How long an instance pauses between sessions.
const PAUSE_BETWEEN_SESSIONS: Duration = Duration::from_secs(1);

/// Follows the primary after the response, if this is a mirror and this instance is not doing so already.
pub fn follow_later<P: Ports>(app: &App<P>) {
    let Some(primary) = app.primary().map(str::to_owned) else { return };
    if !app.begin_refresh() {
        return;
    }
    let later = app.clone();
    app.ports.spawn(async move {
        if let Err(error) = follow(&later, &primary).await {
            log::line("mirror-failed", &json!({ "primary": primary, "why": error.to_string() }));
        }
        // Otherwise every read would try while the primary is down or another instance follows it.
        later.ports.sleep(PAUSE_BETWEEN_SESSIONS).await;
        later.end_refresh();
    });
}

/// One session. Whatever stops it is recorded for `/health`.
async fn follow<P: Ports>(app: &App<P>, primary: &str) -> Result<(), StoreError> {
    let (database, lease) = (app.database().await?, Lease::mirror());
    if !lease.acquire(database, app.ports.now()).await? {
        return Ok(());
    }
    let followed = session(app, primary, &lease).await;
    let written = match followed {
        Ok(()) => Ok(()),
        Err(Fault::Store(error)) => Err(error),
        Err(Fault::Primary(why) | Fault::Falsified(why)) => fail(app, primary, &Message::from(why)).await,
    };
    // If it cannot be released, it expires.
    let released = lease.release(database).await;
    written.and(released)
}

async fn fail<P: Ports>(app: &App<P>, primary: &str, why: &str) -> Result<(), StoreError> {
    let database = app.database().await?;
    let known = mirror::get(database).await?;
    if known.is_some_and(|known| known.url == primary && known.fault.as_deref() == Some(why)) {
        return Ok(());
    }
    log::line("mirror-behind", &json!({ "primary": primary, "why": why }));
    write_with(database, async |tx| {
        mirror::failed(tx, primary, why).await?;
        Ok(())
    })
    .await
}

async fn session<P: Ports>(app: &App<P>, primary: &str, lease: &Lease) -> Result<(), Fault> {
    let (database, began) = (app.database().await?, app.ports.now());
    loop {
        let head = revisions::head(database).await?;
        let followed = mirror::get(database).await?.filter(|followed| followed.url == primary);
        let known = followed.and_then(|followed| followed.verified_at);
        // The primary reads its log at this time or later.
        let asked_at = app.ports.now();
        // A time in the future dates from before a clock was set back.
        let verified_after = rfc3339(known.map_or(0, |at| at.min(asked_at)));
        let query = LogQuery { since: head.number(), wait: POLL_SECONDS, verified_after: Some(verified_after) };
        let page = fetch::log(&app.ports, primary, &query).await?;
        compare(primary, head.revision.as_ref(), &page)?;
        let unreadable = |error| fault(format!("{primary} did not send a valid response of a hub: {error}"));
        let revisions: Vec<Logged> =
            page.revisions.iter().map(Json::read).collect::<Result<_, _>>().map_err(unreadable)?;
        let current_at = current_at(primary, &page, asked_at)?;
        let is_all = last_of(primary, &revisions, head.number(), &page)? == newest_of(&page);
        let is_idle = revisions.is_empty();
        for logged in revisions {
            apply::revision(app, primary, logged, lease).await?;
        }
        let now = app.ports.now();
        write_with(database, async |tx| {
            lease.renew(tx, now).await?;
            let last = verified::note(tx, &page.verified, now, |_| true).await?;
            // The other pages name sources that are not registered here yet, so their times are needed again.
            if is_all {
                mirror::is_current(tx, primary, current_at, verified::known_until(known, last, now)).await?;
            }
            Ok::<_, Fault>(())
        })
        .await?;
        if is_idle && now - asked_at <= 1 {
            // The primary has no room for another request that waits.
            app.ports.sleep(PAUSE_BETWEEN_SESSIONS).await;
        }
        if now - began >= SESSION {
            return Ok(upkeep::daily(database, lease, || app.ports.now()).await?);
        }
    }
}
