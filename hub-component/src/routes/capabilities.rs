//! `GET /v1/capabilities`: capability search.

use crate::edge::{self, AppForRequest, Caching, Path, Query, link_next, memo};
use crate::hub::App;
use crate::hub::provenance;
use crate::hub::revalidate_due;
use crate::hub::search::{self, Request};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::capabilities::{BYTES_PER_TOKEN, Capabilities, CapabilitiesQuery, CapabilityEntries, CapabilityQuery};
use api::headers;
use api::paths;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use federation::time::rfc3339;
use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use store::revisions::Head;

/// Searches capabilities.
///
/// Best match first; without words, all capabilities by repo and position. Pages continue in the revision that the search began in.
/// `budget_tokens` limits the size of the response.
#[utoipa::path(
    get,
    path = paths::CAPABILITIES,
    operation_id = "searchCapabilities",
    tag = "federation",
    params(
        CapabilitiesQuery,
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "A page of capabilities.",
            body = Capabilities,
            headers(("ETag"), ("Cache-Control"), ("Link"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::REVISION_GONE.code, kinds::BUDGET_TOO_SMALL.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn search<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    OriginalUri(uri): OriginalUri,
    Query(parameters): Query<CapabilitiesQuery>,
    request_headers: HeaderMap,
) -> Result<Response, Problem> {
    let CapabilitiesQuery { q, domain, repo, status, tag, fields, limit, cursor, budget_tokens } = parameters;
    let budget = budget_tokens.map(bytes);
    let request = Request { q, domain, repo, status, tag, fields, limit, cursor, budget, ..Request::default() };
    let (head, memo_for) = revalidate_due(&app).await?;
    let page = search::search(&app, &head, &request).await?;
    let response = respond(&page, page.revision, &head, &request_headers)?;
    let memo_for = memo_for.filter(|_| !search::is_missed(&page));
    Ok(memo(link_next(response, &uri, "cursor", page.next.as_deref()), memo_for))
}

/// Reads the entries of a capability.
///
/// Several sources may publish the same id; each has an entry, ordered by repo.
#[utoipa::path(
    get,
    path = paths::CAPABILITY,
    operation_id = "readCapability",
    tag = "federation",
    params(
        ("id" = String, Path, description = "The id of a capability."),
        CapabilityQuery,
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "The entries under the id.",
            body = CapabilityEntries,
            headers(("ETag"), ("Cache-Control"), ("Link"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::CAPABILITY_NOT_FOUND.code, kinds::CAPABILITY_GONE.code, kinds::REVISION_GONE.code, kinds::BUDGET_TOO_SMALL.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn show<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    Query(parameters): Query<CapabilityQuery>,
    request_headers: HeaderMap,
) -> Result<Response, Problem> {
    let CapabilityQuery { repo, fields, limit, cursor, budget_tokens } = parameters;
    let budget = budget_tokens.map(bytes);
    let around = CapabilityEntries::bytes_around(&id);
    let request = Request { repo, fields, limit, cursor, budget, around, ..Request::default() };
    let (head, memo_for) = revalidate_due(&app).await?;
    let page = search::capability(&app, &head, &id, &request).await?;
    let mut entries = CapabilityEntries::of(id, page);
    provenance::add(&app, &mut entries, budget).await?;
    let response = respond(&entries, entries.revision, &head, &request_headers)?;
    Ok(memo(link_next(response, &uri, "cursor", entries.next.as_deref()), memo_for))
}

fn bytes(tokens: u32) -> usize {
    usize::try_from(tokens).unwrap_or(usize::MAX).saturating_mul(BYTES_PER_TOKEN)
}

pub(super) fn respond(
    body: &impl Serialize,
    revision: u64,
    head: &Head,
    request: &HeaderMap,
) -> Result<Response, Problem> {
    let mut response = edge::json(request, Caching::NoCache, body)?;
    let answer = response.headers_mut();
    answer.insert(headers::REVISION, HeaderValue::from(revision));
    let newest = head.revision.as_ref().is_none_or(|newest| newest.number == revision);
    let verified = head.verified_at.filter(|_| newest).and_then(|at| HeaderValue::from_str(&rfc3339(at)).ok());
    answer.extend(verified.map(|at| (headers::VERIFIED, at)));
    Ok(response)
}
