//! Which web pages may use the endpoint (decision 0040).

use crate::problem::{Problem, kinds};
use federation::source_url::is_loopback;
use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue};
use url::Url;

/// Checks the `Origin` of a request. Programs send none. The hub's own pages and pages served from a loopback address are allowed. All others
/// are refused, including those whose host name was pointed at this machine (DNS rebinding).
///
/// # Errors
/// `origin-not-allowed`.
pub fn check_origin(headers: &HeaderMap, public_url: &str) -> Result<(), Problem> {
    if headers.get_all(ORIGIN).iter().all(|origin| is_allowed(origin, public_url)) {
        return Ok(());
    }
    Err(Problem::new(
        &kinds::ORIGIN_NOT_ALLOWED,
        "Pages of other sites may not use `/mcp`. Call it from a program, which sends no `Origin`, or read `/v1/federated`, which any page may.",
    ))
}

/// Whether pages of this origin may use the endpoint.
pub(super) fn is_allowed(origin: &HeaderValue, public_url: &str) -> bool {
    let Some(origin) = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok()) else { return false };
    is_loopback(&origin) || Url::parse(public_url).is_ok_and(|own| own.origin() == origin.origin())
}
