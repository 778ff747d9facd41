//! A page as a response, with its entity tag and security headers.

use super::layout::{Page, SCRIPT, STYLE};
use crate::edge::{Caching, Representation};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::digest::Digest;
use federation::negotiation::entity_tag;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::sync::OnceLock;

/// The media type of pages.
const HTML: &str = "text/html; charset=utf-8";

/// Responds with a page, or with 304 if the client already has it.
pub(super) fn respond(page: Page<'_>, request: &HeaderMap, public_url: &str) -> Response {
    let body = page.render();
    let etag = entity_tag(body.as_bytes());
    let read =
        Representation { media_type: HTML, body: body.into(), etag: &etag, modified: None, caching: Caching::NoCache };
    let mut response = read.respond(request);
    protect(response.headers_mut(), public_url);
    response
}

/// The headers of a problem page.
pub(super) fn error_headers(headers: &mut HeaderMap, public_url: &str) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    protect(headers, public_url);
}

/// Restricts a page to showing itself, running its one inline script, and submitting its form to the hub.
fn protect(headers: &mut HeaderMap, public_url: &str) {
    headers.extend(policy().map(|policy| (CONTENT_SECURITY_POLICY, policy)));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if public_url.starts_with("https://") {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

fn policy() -> Option<HeaderValue> {
    static POLICY: OnceLock<Option<HeaderValue>> = OnceLock::new();
    let compose = || {
        HeaderValue::from_str(&format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            hash(STYLE),
            hash(SCRIPT)
        ))
        .ok()
    };
    POLICY.get_or_init(compose).clone()
}

/// The hash of an inline style or script for the content security policy.
fn hash(text: &str) -> String {
    let digest = Digest::of(text.as_bytes());
    let bytes: Vec<u8> =
        (0..32).filter_map(|i| u8::from_str_radix(digest.hex().get(2 * i..2 * i + 2)?, 16).ok()).collect();
    format!("sha256-{}", STANDARD.encode(bytes))
}

const FAVICON: &str = include_str!("favicon.svg");

/// Reads the icon.
///
/// The icon of the pages, as SVG.
#[utoipa::path(
    get,
    path = "/favicon.svg",
    operation_id = "readFavicon",
    tag = "pages",
    responses((status = 200, description = "The icon.", body = String, content_type = "image/svg+xml", headers(("Cache-Control")))),
)]
pub async fn favicon() -> impl IntoResponse {
    ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "public, max-age=86400")], FAVICON)
}
