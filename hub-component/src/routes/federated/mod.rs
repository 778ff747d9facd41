//! The federated document, its manifest, and its history.

mod compose;
mod document;
mod manifest;
mod revisions;

pub(super) use compose::newest;
pub use compose::{__path_compose, compose};
pub use document::{__path_read, read};
pub use manifest::{__path_manifest, manifest};
pub use revisions::{__path_revisions, revisions};

use crate::app::App;
use crate::ports::Ports;
use crate::refresh::{Scope, refresh_many};
use crate::store::revisions::{Head, Origin};
use federation::time::Seconds;

/// Stale-while-revalidate: the reader is answered from what there is, and what is due is refreshed after the response.
pub(crate) fn revalidate<P: Ports>(app: &App<P>, head: &Head, now: Seconds) {
    let due = head.due_at.is_some_and(|at| at <= now);
    if !due || head.refreshing_until > now || !app.begin_refresh() {
        return;
    }
    let later = app.clone();
    app.ports.spawn(async move {
        // What fails shows in the status of the sources, or in the next read; nobody waits for this.
        let _ = refresh_many(&later, Scope::Due, Origin { actor: "hub", cause: "refresh" }, false).await;
        later.end_refresh();
    });
}
