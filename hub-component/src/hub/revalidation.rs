//! Stale-while-revalidate: a read never waits for a source.

use super::app::App;
use super::mirror::follow_later;
use super::overlaps::compare_quietly;
use super::refresh::{Scope, refresh_many};
use super::upstream::follow_due;
use crate::log;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use federation::time::Seconds;
use serde_json::json;
use std::time::Duration;
use store::database::Autocommit;
use store::leases::is_held;
use store::revisions::{self, Head, Origin, head};

/// The longest time for which a host may reuse a response, in seconds. In practice the next write ends it earlier.
pub const MAX_MEMO_SECONDS: Seconds = 3600;

/// Returns the current head, and for how many seconds a response made from it can be reused. Due sources are refreshed after the
/// response.
pub async fn revalidate_due<P: Ports>(app: &App<P>) -> Result<(Head, Option<Seconds>), Problem> {
    let (head, now) = (head(app.database().await?).await?, app.ports.now());
    if app.primary().is_some() {
        follow_later(app);
        // What a mirror has is current until it commits something newer.
        return Ok((head, Some(MAX_MEMO_SECONDS)));
    }
    revalidate(app, &head, now);
    let memo_for = current_for(&head, now);
    Ok((head, memo_for))
}

/// How many times a waiting reader checks whether the revision is there, and how long it waits in between.
const MAX_POLLS: u32 = 20;
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// How long a reader waits for a revision.
pub const MAX_REVISION_WAIT: Duration = POLL_INTERVAL.saturating_mul(MAX_POLLS);

/// Waits up to [`MAX_REVISION_WAIT`] until a mirror has this revision, unless too many wait already. A hub that is not a mirror does not wait: nothing under way could bring it.
///
/// # Errors
/// `behind` if the revision does not arrive.
pub async fn wait_for_revision<P: Ports>(app: &App<P>, revision: Option<u64>) -> Result<(), Problem> {
    let Some(wanted) = revision else { return Ok(()) };
    let database = app.database().await?;
    let mut newest = revisions::log::last(&mut Autocommit(database)).await?;
    let permit = app.primary().and_then(|_| app.permit_to_wait());
    let looks = if permit.is_some() { MAX_POLLS } else { 0 };
    for _ in 0..looks {
        if newest >= wanted {
            break;
        }
        follow_later(app);
        app.ports.sleep(POLL_INTERVAL).await;
        newest = revisions::log::last(&mut Autocommit(database)).await?;
    }
    if newest >= wanted {
        return Ok(());
    }
    let detail = format!("The newest revision here is {newest}, and `min_revision` asks for {wanted}.");
    Err(Problem::new(&kinds::BEHIND, detail).retry_after(1))
}

/// Stale-while-revalidate: the read is answered from the stored state, and due sources are refreshed after the response.
fn revalidate<P: Ports>(app: &App<P>, head: &Head, now: Seconds) {
    if !head.is_due(now) || is_held(head.refreshing_until, now) || !app.begin_refresh() {
        return;
    }
    let later = app.clone();
    app.ports.spawn(async move {
        // No client waits for this. A failing source shows in its status, any other error in the log.
        let refreshed = match follow_due(&later).await {
            Ok(()) => refresh_many(&later, Scope::DueAlone, Origin::HUB, false).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = refreshed {
            log::line("refresh-failed", &json!({ "why": error.to_string() }));
        }
        compare_quietly(&later).await;
        later.end_refresh();
    });
}

/// For how many seconds responses from the newest revision can be reused: until a source is due, so that the next read triggers its
/// refresh. `None` while a source is due.
fn current_for(head: &Head, now: Seconds) -> Option<Seconds> {
    let until_due = head.due_at.map_or(MAX_MEMO_SECONDS, |at| at.saturating_sub(now).min(MAX_MEMO_SECONDS));
    let composed_now = head.revision.as_ref().is_some_and(|revision| revision.composed_at >= now);
    // In the second of its composition, a revision has no `Last-Modified` yet.
    Some(if composed_now { until_due.min(1) } else { until_due }).filter(|seconds| *seconds > 0)
}
