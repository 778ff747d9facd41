//! The federated document.

use crate::app::App;
use crate::document::Rendered;
use crate::edge::Query;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use federation::compose::Format;
use federation::time::http_date;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LAST_MODIFIED, LINK, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;

const REVISION: HeaderName = HeaderName::from_static("reuse-surface-revision");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    format: Option<String>,
}

/// `GET /v1/federated`.
pub async fn read<P: Ports>(
    State(app): State<App<P>>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = format(parameters.format.as_deref(), &headers)?;
    let document = app.documents().newest(app.database().await?, format).await?;
    Ok(respond(&document, format, &headers))
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

fn respond(document: &Rendered, format: Format, request: &HeaderMap) -> Response {
    let etag = HeaderValue::from_str(&document.etag).ok();
    let unchanged = etag.as_ref().is_some_and(|etag| matches(request, etag));
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
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    headers.insert(LINK, HeaderValue::from_static("</schemas/federated.schema.yaml>; rel=\"describedby\""));
    headers.insert(REVISION, HeaderValue::from(document.revision));
    response
}

/// RFC 9110 §13.1.2: a weak comparison against every tag in the list.
fn matches(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else { return false };
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|candidate| candidate == "*" || candidate.trim_start_matches("W/") == etag)
}
