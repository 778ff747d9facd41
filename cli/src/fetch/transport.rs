//! Sends one request without changing it.

use federation::fetch::{Request, Response, TransportFailure, known_headers};
use federation::limits::{CONNECT_TIMEOUT, HEADERS_TIMEOUT, MAX_WIRE_BYTES};

/// A client that adds nothing to requests. Without `is_https` it does not load the machine's certificates, which costs more than a fetch.
pub(super) fn client(is_https: bool) -> Result<reqwest::Client, reqwest::Error> {
    // Installing a second time fails; that only means that a provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(HEADERS_TIMEOUT);
    if is_https { builder } else { builder.tls_certs_only([]) }.build()
}

/// Sends `request` and reads the response. The body is read only if it is used.
pub(super) async fn send(client: &reqwest::Client, request: Request) -> Result<Response, TransportFailure> {
    let Request { url, headers } = request;
    let request = headers.into_iter().fold(client.get(url), |request, (name, value)| request.header(name, value));
    let mut answer = request.send().await.map_err(|error| before_the_head(&error))?;
    let status = answer.status().as_u16();
    let headers = known_headers(|name| answer.headers().get_all(name).iter().map(|value| value.as_bytes()));
    let mut body = Vec::new();
    if status == 200 {
        if answer.content_length().is_some_and(|length| length > MAX_WIRE_BYTES as u64) {
            return Err(TransportFailure::TooLarge);
        }
        while let Some(chunk) = answer.chunk().await.map_err(|error| in_the_body(&error))? {
            if body.len() + chunk.len() > MAX_WIRE_BYTES {
                return Err(TransportFailure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
    }
    Ok(Response { status, headers, body })
}

fn before_the_head(error: &reqwest::Error) -> TransportFailure {
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => TransportFailure::ConnectTimeout,
        (false, true) => TransportFailure::ReadTimeout,
        _ if error.is_dns() => TransportFailure::Dns,
        (true, false) if is_tls(error) => TransportFailure::Tls,
        (true, false) => TransportFailure::Connect,
        (false, false) => TransportFailure::Protocol,
    }
}

fn in_the_body(error: &reqwest::Error) -> TransportFailure {
    if error.is_timeout() { TransportFailure::ReadTimeout } else { TransportFailure::Incomplete }
}

/// Whether the cause is a TLS error. It is wrapped in an I/O error that does not return it as its source.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if error.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        next = error.source();
    }
    false
}
