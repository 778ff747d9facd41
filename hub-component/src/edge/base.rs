//! The base URL of a request, used as the hub's own if the operator configured none.

use super::client_address::client_address;
use crate::hub::App;
use crate::ports::Ports;
use axum::extract::{FromRequestParts, Request};
use http::header::{FORWARDED, HOST};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderName};
use std::convert::Infallible;
use std::sync::Arc;

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Longest host name with its port, in bytes.
const MAX_AUTHORITY: usize = 255 + 6;

/// The base URL, in the extensions of a request.
#[derive(Clone)]
pub(super) struct Base(Arc<str>);

impl Base {
    /// Reads the base URL of a request; `None` if the request names no valid host. Headers of a proxy are used only if `trusted`.
    pub(super) fn of(request: &Request, trusted: bool) -> Option<Self> {
        let (uri, headers) = (request.uri(), request.headers());
        let forwarded = |header: HeaderName, parameter: &str| {
            Some(()).filter(|()| trusted)?;
            last(headers, &header).map(str::to_owned).or_else(|| of_forwarded(last(headers, &FORWARDED)?, parameter))
        };
        let host = forwarded(FORWARDED_HOST, "host").or_else(|| match uri.authority() {
            Some(authority) => Some(authority.to_string()),
            None => headers.get(HOST)?.to_str().ok().map(str::to_owned),
        })?;
        let authority: Authority = host.parse().ok()?;
        if authority.as_str().contains('@') || authority.host().is_empty() || host.len() > MAX_AUTHORITY {
            return None;
        }
        let scheme = forwarded(FORWARDED_PROTO, "proto").or_else(|| uri.scheme_str().map(str::to_owned));
        let scheme = if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")) { "https" } else { "http" };
        Some(Self(format!("{scheme}://{authority}").into()))
    }

    /// The base URL as text.
    pub(super) fn address(&self) -> Arc<str> {
        self.0.clone()
    }
}

/// Returns the last value of a header: the one that the trusted proxy wrote.
fn last<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next().map(str::trim)
}

/// Returns a parameter of an element of `Forwarded` (RFC 7239).
fn of_forwarded(element: &str, parameter: &str) -> Option<String> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(parameter))?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// The app, with the base URL and the client of this request.
pub struct AppForRequest<P>(pub App<P>);

impl<P: Ports> FromRequestParts<App<P>> for AppForRequest<P> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App<P>) -> Result<Self, Infallible> {
        let header = app.ports.client_address_header().await;
        let client = client_address(&parts.headers, header.as_deref());
        Ok(Self(app.clone().with_base_url(parts.extensions.get::<Base>().map(Base::address)).with_client(client)))
    }
}
