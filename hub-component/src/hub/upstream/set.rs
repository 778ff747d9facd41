//! Sets and removes upstreams.

use super::view::not_found;
use crate::hub::App;
use crate::hub::publish::publish;
use crate::hub::relayed::choose_anew;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use federation::time::Seconds;
use federation::upstream::{Upstream, UpstreamRecord, base_url};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::database::{Transaction, write_with};
use store::events::{self, Event, Subject};
use store::registrations::new_incarnation;
use store::revisions::Origin;
use store::upstreams::{self, MAX_UPSTREAMS, Stored};

/// Sets an upstream, which is then read from the beginning. What came from another URL under this name is withdrawn. Returns whether it is new.
///
/// # Errors
/// `no-public-url`, `too-many-upstreams`, `invalid-upstream` if it is this hub itself, or if the store fails.
pub async fn set<P: Ports>(app: &App<P>, name: &str, upstream: Upstream, origin: Origin<'_>) -> Result<bool, Problem> {
    let Some(own) = base_url(app.configured_url()) else {
        let detail = "Set the hub's public URL first: other hubs know it by that URL, and without it a loop of hubs cannot be detected.";
        return Err(Problem::new(&kinds::NO_PUBLIC_URL, detail));
    };
    if upstream.url == own {
        return Err(Problem::new(&kinds::INVALID_UPSTREAM, "`url` is that of this hub; give the URL of another hub."));
    }
    let now = app.ports.now();
    write_with(app.database().await?, async |tx| {
        let before = upstreams::get(tx, name).await?;
        if before.is_none() && upstreams::all(tx).await?.len() >= MAX_UPSTREAMS {
            let detail = format!("The hub has {MAX_UPSTREAMS} upstreams; remove one that is no longer needed.");
            return Err(Problem::new(&kinds::TOO_MANY_UPSTREAMS, detail));
        }
        let was = before.as_ref().map_or(Value::Null, |stored| json!(stored.upstream));
        let url_was = before.as_ref().map(|stored| stored.upstream.url.clone());
        let stored = match before {
            None => Stored::new(name, upstream, origin.actor, now),
            // A new incarnation, so that a session under way writes nothing.
            Some(before) => {
                let (record, incarnation) = (UpstreamRecord::default(), new_incarnation());
                Stored { upstream, record, updated_at: now, incarnation, ..before }
            }
        };
        let lines = upstreams::lines(tx, name).await?;
        if url_was.is_some_and(|url| url != stored.upstream.url) {
            upstreams::forget_lines(tx, name).await?;
        }
        upstreams::save(tx, &stored).await?;
        let is_new = was.is_null();
        publish_anew(tx, &own, &lines, (name, was, json!(stored.upstream)), origin, now).await?;
        Ok::<_, Problem>(is_new)
    })
    .await
}

/// Removes an upstream, and withdraws what came only through it.
///
/// # Errors
/// `upstream-not-found`, or if the store fails.
pub async fn remove<P: Ports>(app: &App<P>, name: &str, origin: Origin<'_>) -> Result<(), Problem> {
    let now = app.ports.now();
    write_with(app.database().await?, async |tx| {
        let stored = upstreams::get(tx, name).await?.ok_or_else(|| not_found(name))?;
        let lines = upstreams::lines(tx, name).await?;
        upstreams::delete(tx, name).await?;
        let change = (name, json!(stored.upstream), Value::Null);
        publish_anew(tx, app.configured_url(), &lines, change, origin, now).await
    })
    .await
}

/// Chooses again what the repos of an upstream contribute, publishes that, and records the change of the upstream:
/// its name, and its definition before and after.
async fn publish_anew<T>(
    tx: &mut impl Transaction,
    own: &str,
    lines: &BTreeMap<String, T>,
    (name, before, after): (&str, Value, Value),
    origin: Origin<'_>,
    now: Seconds,
) -> Result<(), Problem> {
    let repos: Vec<&str> = lines.keys().map(String::as_str).collect();
    let lines = choose_anew(tx, own, &repos, now).await?;
    let revision = publish(tx, lines, origin, now).await?.whole()?;
    let subject = Subject::Upstream(name);
    let event = Event { action: origin.cause, subject, before, after, revision: revision.as_ref() };
    events::record(tx, origin, event, now).await?;
    Ok(())
}
