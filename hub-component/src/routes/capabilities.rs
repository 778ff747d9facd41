//! `GET /v1/capabilities`: the search.

use super::federated::{REVISION, VERIFIED, revalidate_due};
use crate::app::App;
use crate::edge::{self, Caching, Path, Query, link_next, memo};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use crate::search::{self, Request};
use crate::store::revisions::Head;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use federation::search::{BYTES_PER_TOKEN, Page};
use federation::time::rfc3339;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Words: every one begins a word of the id, name, title, summary or tags. Blank or absent: everything.
    #[param(max_length = 256)]
    q: Option<String>,
    /// Capabilities that are listed under exactly this domain.
    #[param(max_length = 1000)]
    domain: Option<String>,
    /// Capabilities that exactly this repo contributes.
    #[param(max_length = 1000)]
    repo: Option<String>,
    /// Capabilities with this status, in any case.
    #[param(max_length = 1000)]
    status: Option<String>,
    /// Capabilities with this tag, in any case.
    #[param(max_length = 1000)]
    tag: Option<String>,
    /// Names of fields with commas between them, or `*`; `id` and `source_repo` are always there.
    #[param(max_length = 1000)]
    fields: Option<String>,
    /// Most results on a page; 20 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// `next` of the previous page: continues in the revision that the search began in.
    cursor: Option<String>,
    /// The answer has at most four times as many bytes.
    budget_tokens: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EntryParameters {
    /// The entry that exactly this repo contributes.
    #[param(max_length = 1000)]
    repo: Option<String>,
    /// Names of fields with commas between them; all unless told.
    #[param(max_length = 1000)]
    fields: Option<String>,
    /// Most entries on a page; 20 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// `next` of the previous page.
    cursor: Option<String>,
    /// The answer has at most four times as many bytes.
    budget_tokens: Option<u32>,
}

/// Capabilities that match, best first. Without words all of them, by repo and position.
#[utoipa::path(
    get,
    path = "/v1/capabilities",
    operation_id = "searchCapabilities",
    tag = "federation",
    params(
        Parameters,
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "A page.",
            body = Page,
            headers(("ETag"), ("Cache-Control"), ("Link"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!(["revision-gone", "budget-too-small", "nothing-published"]))),
)]
pub async fn search<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Parameters { q, domain, repo, status, tag, fields, limit, cursor, budget_tokens } = parameters;
    let request =
        Request { q, domain, repo, status, tag, fields, limit, cursor, budget: budget_tokens.map(bytes), around: 0 };
    let (head, memo_for) = revalidate_due(&app).await?;
    let page = search::search(app.database().await?, &head, &request).await?;
    let response = respond(&page, page.revision, &head, &headers)?;
    Ok(memo(link_next(response, &uri, "cursor", page.next.as_deref()), memo_for))
}

/// Every source's entry under an id.
#[derive(Serialize, ToSchema)]
#[schema(as = CapabilityEntries)]
pub(crate) struct Entries {
    /// The id.
    id: String,
    /// The revision that they are of.
    revision: u64,
    /// How many sources publish it.
    total: usize,
    /// How many of their entries are on this page.
    shown: usize,
    /// Whether this page has them all.
    complete: bool,
    /// Whether the budget had the only entry shortened.
    truncated: bool,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
    /// The entries, by repo.
    #[schema(value_type = Vec<Object>)]
    entries: Vec<Map<String, Value>>,
}

impl Entries {
    /// Bytes that `"id":…,` takes before what a page has.
    pub(crate) fn around(id: &str) -> usize {
        r#""id":"","#.len() + id.len()
    }

    /// The page of an id.
    pub(crate) fn of(id: String, page: Page) -> Self {
        let Page { revision, total, shown, complete, truncated, next, capabilities: entries } = page;
        Self { id, revision, total, shown, complete, truncated, next, entries }
    }
}

/// What every source publishes under an id.
#[utoipa::path(
    get,
    path = "/v1/capabilities/{id}",
    operation_id = "readCapability",
    tag = "federation",
    params(
        ("id" = String, Path, description = "The id of a capability."),
        EntryParameters,
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "The entries.",
            body = Entries,
            headers(("ETag"), ("Cache-Control"), ("Link"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!(["capability-not-found", "revision-gone", "budget-too-small", "nothing-published"]))),
)]
pub async fn show<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    Query(parameters): Query<EntryParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let EntryParameters { repo, fields, limit, cursor, budget_tokens } = parameters;
    let budget = budget_tokens.map(bytes);
    let around = Entries::around(&id);
    let request = Request { repo, fields, limit, cursor, budget, around, ..Request::default() };
    let (head, memo_for) = revalidate_due(&app).await?;
    let page = search::capability(app.database().await?, &head, &id, &request).await?;
    let entries = Entries::of(id, page);
    let response = respond(&entries, entries.revision, &head, &headers)?;
    Ok(memo(link_next(response, &uri, "cursor", entries.next.as_deref()), memo_for))
}

fn bytes(tokens: u32) -> usize {
    usize::try_from(tokens).unwrap_or(usize::MAX).saturating_mul(BYTES_PER_TOKEN)
}

fn respond(body: &impl Serialize, revision: u64, head: &Head, request: &HeaderMap) -> Result<Response, Problem> {
    let mut response = edge::json(request, Caching::Asked, body)?;
    let headers = response.headers_mut();
    headers.insert(REVISION, HeaderValue::from(revision));
    let newest = head.revision.as_ref().is_none_or(|newest| newest.number == revision);
    let verified = head.verified_at.filter(|_| newest).and_then(|at| HeaderValue::from_str(&rfc3339(at)).ok());
    headers.extend(verified.map(|at| (VERIFIED, at)));
    Ok(response)
}
