//! `GET /capabilities/{id}`: the entries of all repos under one id.

use super::response::respond;
use super::{Page, Section, entry};
use crate::edge::{Path, Reached, memo};
use crate::hub::revalidate_due;
use crate::hub::search::{self, Request};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use axum::response::Response;
use http::HeaderMap;
use maud::html;

/// Maximum number of entries on the page; the API returns the rest.
const MAX_ENTRIES: usize = 50;
const MAX_ENTRIES_BYTES: usize = 1 << 20;

/// Shows a capability.
///
/// Every source's entry under the id.
#[utoipa::path(
    get,
    path = "/capabilities/{id}",
    operation_id = "pageOfCapability",
    tag = "pages",
    params(
        ("id" = String, Path, description = "The capability's id."),
        Conditional,
    ),
    responses(
        (status = 200, description = "Every repo's entry under this id.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::CAPABILITY_NOT_FOUND.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn capability<P: Ports>(
    Reached(app): Reached<P>,
    Path(id): Path<String>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let asked = Request { limit: Some(MAX_ENTRIES), budget: Some(MAX_ENTRIES_BYTES), ..Request::default() };
    let found = search::capability(&app, &head, &id, &asked).await?;
    let content = html! {
        h1 { code { (id) } }
        @if found.total > 1 {
            p { (found.total) " repos publish this id. The hub keeps all of them; choose by repo." }
        }
        @for one in &found.capabilities { (entry::whole(one)) }
        @if !found.complete { p { (found.shown) " of " (found.total) " entries are shown." } }
        p.small { a href={ "/v1/capabilities/" (id) } { "As data" } ", of " a href={ "/revisions/" (found.revision) } { "revision " (found.revision) } "." }
    };
    let page = Page { title: &id, section: Section::Capabilities, words: "", content };
    Ok(memo(respond(page, &request, app.public_url()), memo_for))
}
