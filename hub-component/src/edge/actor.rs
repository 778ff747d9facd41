//! Who writes.

use crate::app::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use axum::extract::FromRequestParts;
use federation::digest::Digest;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use subtle::ConstantTimeEq as _;

/// The bearer of a valid token, by the token's name. A handler that takes one is a write.
#[derive(Clone, Debug)]
pub struct Actor(pub String);

impl<P: Ports> FromRequestParts<App<P>> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App<P>) -> Result<Self, Problem> {
        let Some(expected) = app.ports.token().await else {
            return Err(Problem::new(
                &kinds::WRITES_DISABLED,
                "No token is configured on this hub, so it takes no writes; the operator sets REUSE_SURFACE_TOKEN.",
            ));
        };
        let given = bearer(&parts.headers).ok_or_else(|| unauthorized("Send `Authorization: Bearer <token>`."))?;
        // Digests have one length, so the comparison tells neither content nor length.
        let same =
            Digest::of(given.as_bytes()).as_str().as_bytes().ct_eq(Digest::of(expected.as_bytes()).as_str().as_bytes());
        if same.into() {
            Ok(Self("bootstrap".to_owned()))
        } else {
            Err(unauthorized("The token is not valid on this hub."))
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

fn unauthorized(detail: &str) -> Problem {
    Problem::new(&kinds::UNAUTHORIZED, detail)
        .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"reuse-surface\""))
}
