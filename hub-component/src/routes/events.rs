//! `GET /v1/events`: the audit trail, newest first.

use super::tokens::private;
use crate::app::App;
use crate::edge::paging::{self, Filling};
use crate::edge::{Caller, Query, link_next};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::store::events::{self, Filter, Recorded};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use federation::time::rfc3339;
use federation::token::Need;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 1000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Events about this repo.
    repo: Option<String>,
    /// Events caused by the token with this name.
    actor: Option<String>,
    /// Events with this action.
    action: Option<String>,
    /// Most events on a page; 50 unless told.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next` of the previous page.
    #[param(pattern = r"^1\.[0-9]{1,19}$")]
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Events)]
pub struct Page {
    /// Newest first.
    #[schema(value_type = Vec<Listed>)]
    events: Vec<Box<RawValue>>,
    /// Cursor of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// One change: who made it, when, to what, and how that was and is.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
struct Listed {
    /// Increases with each event and is never reused.
    number: u64,
    /// When (RFC 3339).
    at: String,
    /// Name of the token that made the change.
    actor: String,
    /// `register`, `update`, `deregister`, `refresh`, `compose`, `release`, `token-create` or `token-revoke`.
    action: String,
    /// What was changed: a `repo` or a `token`.
    kind: String,
    /// Its name.
    subject: String,
    /// The state before the change; null if there was none.
    before: Value,
    /// The state after the change; null if it was removed.
    after: Value,
    /// The revision that the change led to, if any.
    #[schema(required)]
    revision: Option<u64>,
    /// `X-Request-Id` of the request.
    request_id: String,
}

/// The audit trail: who changed what, and when.
///
/// Any token may read events about repos. Events about tokens are shown only to tokens with the scope `admin`.
#[utoipa::path(
    get,
    path = "/v1/events",
    operation_id = "listEvents",
    tag = "access",
    params(Parameters),
    responses((status = 200, description = "A page.", body = Page, headers(("Cache-Control"), ("Link")))),
    security(("token" = [])),
)]
pub async fn read<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<Parameters>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MOST)?;
    let before = paging::ended_with_number(query.cursor.as_deref())?;
    let filter = Filter { repo: query.repo, actor: query.actor, action: query.action, tokens: caller.may(Need::Admin) };
    let database = app.database().await?;
    let mut filling = Filling::new(limit);
    loop {
        let wants = filling.wants();
        let batch = events::page(database, &filter, filling.last().copied().unwrap_or(before), wants).await?;
        let is_last = batch.len() < wants;
        for event in batch {
            filling.add(event.number, &Listed::from(event))?;
        }
        if is_last || filling.wants() == 0 {
            break;
        }
    }
    let (events, next) = filling.done();
    let response = private(Page { events, next: next.clone() });
    Ok(link_next(response, &uri, "cursor", next.as_deref()))
}

impl From<Recorded> for Listed {
    fn from(event: Recorded) -> Self {
        let Recorded { number, at, actor, action, kind, subject, before, after, revision, request_id } = event;
        let at = rfc3339(at);
        Self { number, at, actor, action, kind, subject, before, after, revision, request_id }
    }
}
