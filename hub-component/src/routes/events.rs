//! `GET /v1/events`: the audit trail, newest first.

use super::tokens::private;
use crate::edge::{Caller, Query, link_next};
use crate::hub::App;
use crate::hub::paging::{self, PageBuilder};
use crate::ports::Ports;
use crate::problem::Problem;
use api::events::{Event, Events, EventsQuery};
use api::page;
use api::paths;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use federation::time::rfc3339;
use federation::token::Need;
use store::database::Autocommit;
use store::events::{self, Filter, Recorded};
use store::former;

/// Lists the audit trail.
///
/// Who changed what, and when, newest first. Any token may read events about repos. Events about tokens are shown only to tokens with the
/// scope `admin`.
#[utoipa::path(
    get,
    path = paths::EVENTS,
    operation_id = "listEvents",
    tag = "access",
    params(EventsQuery),
    responses((status = 200, description = "A page of events.", body = Events, headers(("Cache-Control"), ("Link")))),
    security(("token" = [])),
)]
pub async fn read<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<EventsQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, page::EVENTS)?;
    let before = paging::number_of_cursor(query.cursor.as_deref())?;
    let repo = former::current_of(&mut Autocommit(app.database().await?), query.repo.as_deref()).await?;
    let filter = Filter { repo, actor: query.actor, action: query.action, tokens: caller.may(Need::Admin) };
    let database = app.database().await?;
    let mut filling = PageBuilder::new(limit);
    loop {
        let wants = filling.wants();
        let batch = events::page(database, &filter, filling.last().copied().unwrap_or(before), wants).await?;
        let is_last = batch.len() < wants;
        for event in batch {
            filling.add(event.number, &view(event))?;
        }
        if is_last || filling.wants() == 0 {
            break;
        }
    }
    let (events, next) = filling.done();
    let response = private(Events { events, next: next.clone() });
    Ok(link_next(response, &uri, "cursor", next.as_deref()))
}

fn view(event: Recorded) -> Event {
    let Recorded { number, at, actor, action, kind, subject, before, after, revision, request_id } = event;
    Event { number, at: rfc3339(at), actor, action, kind, subject, before, after, revision, request_id }
}
