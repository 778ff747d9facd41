//! Registrations over HTTP.

mod deregister;
mod list;
mod refresh;
mod register;
mod show;
mod update;
mod verify;

use crate::hub::repos;
use crate::problem::{Problem, kinds};
use api::problem::ProblemEntry;
use api::repos::Repo;
use axum::Json;
use axum::response::{IntoResponse, Response};
pub use deregister::{__path_deregister, deregister};
use federation::negotiation::has_entity_tag;
use federation::time::Seconds;
use http::header::{CACHE_CONTROL, ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue};
pub use list::{__path_list, list};
pub use refresh::{__path_refresh, __path_release, refresh, release};
pub use register::{__path_register, register};
pub use show::{__path_show, show};
use store::registrations::Registered;
use store::sources::Source;
pub use update::{__path_update, update};

/// One registration as a response, with its entity tag.
fn respond(source: &Source, warnings: Vec<ProblemEntry>, now: Seconds) -> Response {
    let mut response = Json(Repo { warnings, ..repos::view(source, now) }).into_response();
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(&source.registered.etag()).ok().map(|etag| (ETAG, etag)));
    // The tag changes with the registration and not with its status, so a cache must not treat the status as current.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Checks `If-Match` (RFC 9110 §13.1.1), if the client sent it.
fn check_precondition(registered: &Registered, headers: &HeaderMap) -> Result<(), Problem> {
    if !headers.contains_key(IF_MATCH) {
        return Ok(());
    }
    // A strong comparison: `W/"…"` never matches. A value that is not text never matches either; it does not count as a missing header.
    let etag = registered.etag();
    let lists = headers.get_all(IF_MATCH).iter().filter_map(|value| value.to_str().ok());
    match lists.flat_map(|list| list.split(',')).map(str::trim).any(|tag| tag == "*" || tag == etag) {
        true => Ok(()),
        false if is_weakened(headers, &etag) => Err(Problem::new(
            &kinds::PRECONDITION_FAILED,
            "`If-Match` has the current tag of this registration as a weak one (`W/…`), which never matches. A proxy in between has weakened it, as many do \
             when they compress: send the tag without `W/`, or turn off compression for `/v1/repos`.",
        )),
        false => Err(changed_meanwhile()),
    }
}

/// Whether the client has the current tag, but as a weak one.
fn is_weakened(headers: &HeaderMap, etag: &str) -> bool {
    has_entity_tag(headers.get_all(IF_MATCH).iter().filter_map(|value| value.to_str().ok()), etag)
}

fn changed_meanwhile() -> Problem {
    Problem::new(
        &kinds::PRECONDITION_FAILED,
        "The registration was changed after it was read; read it again, then repeat the change.",
    )
}
