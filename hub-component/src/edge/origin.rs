//! Which web pages may use the endpoint (decision 0040).

use crate::problem::{Problem, kinds};
use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Uri};

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
    origin.to_str().is_ok_and(|origin| same(origin, public_url) || is_loopback(origin))
}

fn same(origin: &str, url: &str) -> bool {
    let (Ok(origin), Ok(url)) = (origin.parse::<Uri>(), url.parse::<Uri>()) else { return false };
    parts(&origin).is_some_and(|parts_of_origin| Some(parts_of_origin) == parts(&url))
}

fn parts(uri: &Uri) -> Option<(String, String, u16)> {
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    Some((scheme, uri.host()?.to_ascii_lowercase(), port))
}

fn is_loopback(origin: &str) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    uri.scheme().is_some() && matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
}
