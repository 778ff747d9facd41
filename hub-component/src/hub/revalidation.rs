//! Stale-while-revalidate: a read never waits for a source.

use super::app::App;
use super::refresh::{Scope, refresh_many};
use crate::log;
use crate::ports::Ports;
use crate::problem::Problem;
use federation::time::Seconds;
use serde_json::json;
use store::leases::is_held;
use store::revisions::{Head, Origin, head};

/// The longest time for which a host may give an answer again, in seconds. What ends it in practice is the next write.
pub const AN_HOUR: Seconds = 3600;

/// The head as a reader gets it, and for how many seconds an answer that follows from it can be given again; what is due is refreshed after
/// the response.
pub async fn revalidate_due<P: Ports>(app: &App<P>) -> Result<(Head, Option<Seconds>), Problem> {
    let (head, now) = (head(app.database().await?).await?, app.ports.now());
    revalidate(app, &head, now);
    let memo_for = current_for(&head, now);
    Ok((head, memo_for))
}

/// Stale-while-revalidate: the reader is answered from what there is, and what is due is refreshed after the response.
fn revalidate<P: Ports>(app: &App<P>, head: &Head, now: Seconds) {
    if !head.is_due(now) || is_held(head.refreshing_until, now) || !app.begin_refresh() {
        return;
    }
    let later = app.clone();
    app.ports.spawn(async move {
        // Nobody waits for this. What fails of a source shows in its status, and the rest in the log.
        if let Err(error) = refresh_many(&later, Scope::DueAlone, Origin::HUB, false).await {
            log::line("refresh-failed", &json!({ "why": error.to_string() }));
        }
        later.end_refresh();
    });
}

/// For how many seconds the newest revision can be given again without looking at the clock: until a source is due, which the next
/// reader then sets off. `None` while one is.
fn current_for(head: &Head, now: Seconds) -> Option<Seconds> {
    let until_due = head.due_at.map_or(AN_HOUR, |at| at.saturating_sub(now).min(AN_HOUR));
    let composed_now = head.revision.as_ref().is_some_and(|revision| revision.composed_at >= now);
    // In the second of its composition an answer lacks its date.
    Some(if composed_now { until_due.min(1) } else { until_due }).filter(|seconds| *seconds > 0)
}
