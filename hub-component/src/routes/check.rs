//! `POST /v1/check`: the verdict on an index and the changes it would cause; nothing is written.

use crate::edge::{AppForRequest, Caller, JsonBody, Query, RawBody};
use crate::hub::{App, check as hub};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::check::{CheckQuery, Verdict};
use api::paths;
use axum::Json;
use axum::extract::{FromRequest as _, Request};
use federation::index::SourceFormat;
use federation::registration::Registration;
use federation::token::Need;
use serde_json::{Value, json};
use store::attempts;
use store::database::read_with;
use store::sources::{self, Source};

/// Checks an index without writing anything.
///
/// With `repo`, the body is the index itself, published or not; no token is needed, but without one an address may send ten a minute.
/// Without `repo`, the hub fetches and validates the index of a URL or of a whole registration, registered or not. The verdict says what
/// accepting the index would change in the federation.
#[utoipa::path(
    post,
    path = paths::CHECK,
    operation_id = "checkIndex",
    tag = "registrations",
    params(CheckQuery),
    request_body(
        content((ref("#/components/schemas/CheckRequest") = "application/json"), (String = "application/yaml")),
        description = "A URL alone, or a whole registration; with `repo`, the index itself as YAML or JSON, up to 1 MiB.",
    ),
    responses((status = 200, description = "The verdict, whether or not the index is valid.", body = Verdict)),
    extensions(("x-problems" = json!([kinds::INVALID_REGISTRATION.code, kinds::TOO_MANY_CHECKS.code]))),
    security((), ("token" = [])),
)]
pub async fn check<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    caller: Result<Caller, Problem>,
    Query(CheckQuery { repo, source_format }): Query<CheckQuery>,
    request: Request,
) -> Result<Json<Verdict>, Problem> {
    let verdict = match repo {
        Some(repo) => {
            if caller.is_err() {
                may_check(&app).await?;
            }
            let RawBody(bytes) = RawBody::from_request(request, &()).await?;
            hub::unpublished(&app, &repo, source_format, bytes.into()).await?
        }
        None => {
            let caller = caller?;
            let JsonBody(body) = JsonBody::from_request(request, &()).await?;
            registered(&app, &caller, source_format, body).await?
        }
    };
    Ok(Json(verdict))
}

/// Refuses a client without a token that checks too often.
async fn may_check<P: Ports>(app: &App<P>) -> Result<(), Problem> {
    let client = app.client().unwrap_or_default();
    let wait = attempts::count(app.database().await?, &attempts::CHECKS, client, app.ports.now()).await?;
    let Some(seconds) = wait.map(|wait| u32::try_from(wait).unwrap_or(1).max(1)) else { return Ok(()) };
    let detail = format!("Too many indexes were sent to be checked; wait {seconds} s, or send a token of this hub.");
    Err(Problem::new(&kinds::TOO_MANY_CHECKS, detail).retry_after(seconds))
}

async fn registered<P: Ports>(
    app: &App<P>,
    caller: &Caller,
    format: Option<SourceFormat>,
    body: Value,
) -> Result<Verdict, Problem> {
    let url_alone = body.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key("url"));
    // A URL alone is validated by the same rules, with placeholders for the other fields.
    let document = if url_alone { json!({"repo": "unnamed", "domain": "unnamed", "url": body["url"]}) } else { body };
    let mut registration = Registration::from_value(&document).map_err(Problem::invalid_registration)?;
    if url_alone {
        caller.writes_some()?
    } else {
        caller.writes(&registration.repo)?
    };
    let known = read_with(app.database().await?, async |tx| {
        let known = if url_alone {
            // Only a registration that the token may write is compared.
            let its_own = |s: &Source| caller.may(Need::Write(s.repo()));
            sources::at_url(tx, &registration.url).await?.into_iter().find(its_own)
        } else {
            sources::get(tx, &registration.repo).await?
        };
        Ok::<_, Problem>(known)
    })
    .await?;
    if let (true, Some(source)) = (url_alone, &known) {
        registration = source.registered.registration.clone();
    }
    registration.format = format.unwrap_or(registration.format);
    let speculate = !url_alone || known.is_some();
    hub::published(app, &registration, known, speculate).await
}
