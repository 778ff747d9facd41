//! `GET /v1/demand`: questions that nothing answers well.

use super::capabilities::respond;
use crate::edge::{Query, memo};
use crate::hub::{App, demand as hub, revalidate_due};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::demand::{Demand, DemandQuery};
use api::paths;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

/// Lists what is missing.
///
/// Questions that found nothing or little, and that at least three clients asked. Clients are not recorded, only the words of questions.
/// Each question is searched again in the newest revision, and left out if it is answered well there.
#[utoipa::path(
    get,
    path = paths::DEMAND,
    operation_id = "listDemand",
    tag = "federation",
    params(DemandQuery, Conditional),
    responses(
        (
            status = 200,
            description = "The questions, those asked on the most days first.",
            body = Demand,
            headers(("ETag"), ("Cache-Control"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn demand<P: Ports>(
    State(app): State<App<P>>,
    Query(DemandQuery { limit }): Query<DemandQuery>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let demand = hub::most_asked(&app, &head, limit).await?;
    Ok(memo(respond(&demand, demand.revision, &head, &request)?, memo_for))
}
