//! Outbound HTTP behind the fetch port.

use crate::ports::Fetch;
use federation::fetch::{Request, Response, TransportFailure, known_headers};
use federation::limits::{CONNECT_TIMEOUT, HEADERS_TIMEOUT, MAX_WIRE_BYTES};
use http_body_util::BodyExt as _;
use spin_sdk::http::{self as spin_http, EmptyBody};
use spin_sdk::wasip3::http::types::{ErrorCode, RequestOptions};
use spin_sdk::wasip3::http_compat::RequestOptionsExtension;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub(super) struct SpinFetch;

impl Fetch for SpinFetch {
    async fn send(&self, request: Request) -> Result<Response, TransportFailure> {
        let mut outgoing = http::Request::get(request.url.as_str());
        for (name, value) in &request.headers {
            outgoing = outgoing.header(*name, value);
        }
        let mut outgoing = outgoing.body(EmptyBody::new()).map_err(|_| TransportFailure::Protocol)?;
        let options = RequestOptions::new();
        // A host that does not support an option ignores it; the overall deadline still applies.
        let _ = options.set_connect_timeout(Some(nanoseconds(CONNECT_TIMEOUT)));
        let _ = options.set_first_byte_timeout(Some(nanoseconds(HEADERS_TIMEOUT)));
        let _ = options.set_between_bytes_timeout(Some(nanoseconds(HEADERS_TIMEOUT)));
        outgoing.extensions_mut().insert(RequestOptionsExtension(options));

        let (head, body) = spin_http::send(outgoing).await.map_err(|code| before_the_head(&code))?.into_parts();
        let headers = known_headers(|name| head.headers.get_all(name).iter().map(|value| value.as_bytes()));
        let status = head.status.as_u16();
        // Only an index is read: the body of a redirect or an error could be a decompression bomb.
        let body = if status == 200 { read(&head.headers, body).await? } else { Vec::new() };
        Ok(Response { status, headers, body })
    }
}

/// Bytes that every body may use.
const MAX_SMALL_BODY: usize = 512 << 10;
/// Bytes beyond [`MAX_SMALL_BODY`] that all larger bodies may use together: an instance does not have memory for as many large bodies as a refresh
/// reads at once.
const MAX_LARGE_BODIES: usize = 64 << 20;
/// How long a large body waits before it checks again for room. It waits for the clock and not for other bodies, which would trap.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// Bytes of [`MAX_LARGE_BODIES`] in use by this instance.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// A reservation for the rest of a large body, released on drop.
struct Room(usize);

impl Room {
    async fn of(bytes: usize) -> Self {
        let fits = |taken: usize| taken.checked_add(bytes).filter(|sum| *sum <= MAX_LARGE_BODIES);
        while TAKEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_err() {
            spin_sdk::time::sleep(RETRY_INTERVAL).await;
        }
        Self(bytes)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        TAKEN.fetch_sub(self.0, Ordering::Relaxed);
    }
}

async fn read<B>(headers: &http::HeaderMap, body: B) -> Result<Vec<u8>, TransportFailure>
where
    B: http_body::Body<Data = bytes::Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let announced: Option<usize> =
        headers.get(http::header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    if announced.is_some_and(|length| length > MAX_WIRE_BYTES) {
        return Err(TransportFailure::TooLarge);
    }
    let mut body = pin!(body);
    let (mut bytes, mut room) = (Vec::new(), None);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(Into::into).map_err(|error: Box<dyn std::error::Error + Send + Sync>| {
            error.downcast_ref::<ErrorCode>().map_or(TransportFailure::Incomplete, |code| failure(code).in_the_body())
        })?;
        let Ok(data) = frame.into_data() else { continue };
        let length = bytes.len() + data.len();
        if length > MAX_WIRE_BYTES {
            return Err(TransportFailure::TooLarge);
        }
        if length > MAX_SMALL_BODY && room.is_none() {
            let expected = announced.unwrap_or(MAX_WIRE_BYTES).max(length);
            // Reserved all at once: two bodies with half of their reservations would wait for each other.
            room = Some(Room::of(expected - MAX_SMALL_BODY).await);
            bytes.reserve_exact(expected - bytes.len());
        }
        bytes.extend_from_slice(&data);
    }
    match announced {
        Some(length) if length != bytes.len() => Err(TransportFailure::Incomplete),
        _ => Ok(bytes),
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Maps an error before the response head. Spin reports a lost connection as a protocol error.
fn before_the_head(code: &ErrorCode) -> TransportFailure {
    match code {
        ErrorCode::HttpProtocolError => TransportFailure::Connect,
        code => failure(code),
    }
}

fn failure(code: &ErrorCode) -> TransportFailure {
    match code {
        ErrorCode::DnsTimeout | ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => TransportFailure::Dns,
        ErrorCode::DestinationIpProhibited | ErrorCode::DestinationIpUnroutable => TransportFailure::AddressRefused,
        ErrorCode::HttpRequestDenied => TransportFailure::HostNotAllowed,
        ErrorCode::ConnectionTimeout => TransportFailure::ConnectTimeout,
        ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionTerminated
        | ErrorCode::ConnectionLimitReached
        | ErrorCode::DestinationUnavailable => TransportFailure::Connect,
        ErrorCode::TlsProtocolError | ErrorCode::TlsCertificateError | ErrorCode::TlsAlertReceived(_) => {
            TransportFailure::Tls
        }
        ErrorCode::ConnectionReadTimeout | ErrorCode::HttpResponseTimeout => TransportFailure::ReadTimeout,
        ErrorCode::HttpResponseIncomplete => TransportFailure::Incomplete,
        ErrorCode::HttpResponseBodySize(_) => TransportFailure::TooLarge,
        _ => TransportFailure::Protocol,
    }
}
