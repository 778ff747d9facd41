//! The federated document.

use super::revalidate;
use crate::app::App;
use crate::document::{self, Rendered};
use crate::edge::{Query, not_modified};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use crate::store::revisions::{self, Head};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use federation::compose::Format;
use federation::time::{Seconds, http_date, rfc3339};
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, LAST_MODIFIED, LINK, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

/// When the contributing source that was verified longest ago was verified.
const VERIFIED: HeaderName = HeaderName::from_static("reuse-surface-verified");
const REVISION: HeaderName = HeaderName::from_static("reuse-surface-revision");
/// Relations of RFC 8631 and RFC 9727.
const LINKS: &str = "</schemas/federated.schema.yaml>; rel=\"describedby\", </openapi.json>; rel=\"service-desc\", \
    </llms.txt>; rel=\"service-doc\"";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Wins over `Accept`.
    #[param(pattern = "^(yaml|json)$")]
    format: Option<String>,
    /// A revision that is kept, for good.
    revision: Option<u64>,
    /// Refuses data that was last verified longer ago than this many seconds.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 4_294_967_295u32)]
    max_staleness: Option<u32>,
}

/// `GET /v1/federated`: never waits for a source.
#[utoipa::path(
    get,
    path = "/v1/federated",
    operation_id = "readFederated",
    tag = "federation",
    params(
        Parameters,
        ("If-None-Match" = Option<String>, Header, description = "Entity tags that the client has."),
    ),
    responses(
        (
            status = 200,
            description = "The document.",
            content(
                (ref("#/components/schemas/Federated") = "application/yaml"),
                (ref("#/components/schemas/Federated") = "application/json"),
            ),
            headers(
                ("ETag"), ("Last-Modified"), ("Cache-Control"), ("Vary"), ("Link"), ("Reuse-Surface-Revision"),
                ("Reuse-Surface-Verified"),
            ),
        ),
        (
            status = 304,
            description = "The client has it.",
            headers(
                ("ETag"), ("Last-Modified"), ("Cache-Control"), ("Vary"), ("Link"), ("Reuse-Surface-Revision"),
                ("Reuse-Surface-Verified"),
            ),
        ),
    ),
    extensions(("x-problems" = json!(["revision-not-found", "revision-gone", "nothing-published", "too-stale"]))),
)]
pub async fn read<P: Ports>(
    State(app): State<App<P>>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = format(parameters.format.as_deref(), &headers)?;
    let database = app.database().await?;
    if let Some(number) = parameters.revision {
        let document = document::at(database, number, format).await?;
        return Ok(respond(&document, &headers, format, "public, max-age=31536000, immutable"));
    }
    let now = app.ports.now();
    let head = revisions::head(database).await?;
    revalidate(&app, &head, now);
    if let Some(seconds) = parameters.max_staleness {
        refuse_staler_than(seconds, &head, now)?;
    }
    let document = app.documents().newest(database, &head, format).await?;
    let mut response = respond(&document, &headers, format, "public, no-cache");
    let verified = head.verified_at.and_then(|at| HeaderValue::from_str(&rfc3339(at)).ok());
    response.headers_mut().extend(verified.map(|at| (VERIFIED, at)));
    Ok(response)
}

fn refuse_staler_than(seconds: u32, head: &Head, now: Seconds) -> Result<(), Problem> {
    let age = head.verified_at.map_or(0, |at| now - at);
    if age <= Seconds::from(seconds) {
        return Ok(());
    }
    let wait = head.due_at.map_or(0, |at| at - now).clamp(5, 3600);
    Err(Problem::new(
        &kinds::TOO_STALE,
        format!(
            "A source was last verified {age} s ago and is next checked in {wait} s or less. Try again then, accept older data, or \
             refresh now with `POST /v1/federated/compose?force=true`."
        ),
    )
    .retry_after(u32::try_from(wait).unwrap_or(5)))
}

fn format(parameter: Option<&str>, headers: &HeaderMap) -> Result<Format, Problem> {
    match parameter {
        Some("yaml") => return Ok(Format::Yaml),
        Some("json") => return Ok(Format::Json),
        Some(_) => return Err(Problem::new(&kinds::INVALID_QUERY, "`format` is `yaml` or `json`.")),
        None => {}
    }
    let accepts =
        |needle: &str| headers.get_all(ACCEPT).iter().filter_map(|v| v.to_str().ok()).any(|v| v.contains(needle));
    Ok(if accepts("json") && !accepts("yaml") { Format::Json } else { Format::Yaml })
}

fn respond(document: &Rendered, request: &HeaderMap, format: Format, caching: &'static str) -> Response {
    let etag = HeaderValue::from_str(&document.etag).ok();
    let unchanged = not_modified(request, &document.etag);
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(document.body.clone()).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
        response
    };
    let headers = response.headers_mut();
    headers.extend(etag.map(|etag| (ETAG, etag)));
    headers.extend(
        document
            .composed_at
            .and_then(|at| HeaderValue::from_str(&http_date(at)).ok())
            .map(|date| (LAST_MODIFIED, date)),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    headers.insert(LINK, HeaderValue::from_static(LINKS));
    headers.insert(REVISION, HeaderValue::from(document.revision));
    response
}
