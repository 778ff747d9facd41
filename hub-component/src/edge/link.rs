//! Links to the next page.

use axum::response::Response;
use http::header::LINK;
use http::{HeaderValue, Uri};
use std::fmt::Write as _;

/// Adds `Link: …; rel="next"`: the request's own address with one parameter set to what leads on, if anything does.
pub fn link_next(mut response: Response, uri: &Uri, parameter: &str, next: Option<&str>) -> Response {
    let Some(next) = next else { return response };
    let others = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !name.is_empty() && name != parameter
    });
    let mut link = format!("<{}?", uri.path());
    for pair in others {
        let _ = write!(link, "{pair}&");
    }
    let _ = write!(link, "{parameter}={}>; rel=\"next\"", escaped(next));
    response.headers_mut().extend(HeaderValue::from_str(&link).ok().map(|link| (LINK, link)));
    response
}

/// Percent-encoded, except what needs it nowhere (RFC 3986 §2.3).
fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        let _ = match byte {
            b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                write!(escaped, "{}", char::from(byte))
            }
            _ => write!(escaped, "%{byte:02X}"),
        };
        escaped
    })
}
