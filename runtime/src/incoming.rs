//! Turns a received request into the one that the component expects.

use crate::budget::{Budget, Purpose, holding};
use crate::problem::Problem;
use api::headers::{CLIENT_ADDRESS, REQUEST_ID};
use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{HeaderValue, Request, Version, header};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use wasmtime_wasi_http::WasiBody;

/// Minimum growth of the body buffer, in bytes, once it holds as many.
const MIN_GROWTH: usize = 64 << 10;

/// Headers that only the host may set.
const HOST_PREFIX: &str = "spin-";

/// The one host that the request names. Two hosts would allow request smuggling past a proxy.
pub(crate) fn authority<B>(request: &Request<B>) -> Result<Authority, Problem> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).map_err(|_| Problem::BadRequest)?,
        // HTTP/1.0 has no such header, and health checkers speak it still.
        (None, None) if request.version() == Version::HTTP_10 => Authority::from_static("localhost"),
        _ => return Err(Problem::BadRequest),
    };
    // Only CONNECT has a host without a scheme, and this server does not support CONNECT.
    if request.uri().authority().is_some() && request.uri().scheme().is_none() {
        return Err(Problem::BadRequest);
    }
    let named = request.uri().authority().unwrap_or(&host);
    if named.host().is_empty() || named.as_str().contains('@') {
        return Err(Problem::BadRequest);
    }
    Ok(named.clone())
}

/// Reads a body of at most `limit` bytes within `time`. The budget counts the received bytes
/// until the component has read them.
pub(crate) async fn receive<B>(
    request: Request<B>,
    limit: usize,
    time: Duration,
    budget: &Arc<Budget>,
) -> Result<Request<Bytes>, Problem>
where
    B: Body<Data = Bytes, Error: StdError + Send + Sync + 'static>,
{
    let (head, body) = request.into_parts();
    if body.is_end_stream() {
        return Ok(Request::from_parts(head, Bytes::new()));
    }
    if body.size_hint().lower() > limit as u64 {
        return Err(Problem::BodyTooLarge);
    }
    let body = timeout(time, collect(body, limit, budget)).await.map_err(|_| Problem::BodyLate)??;
    Ok(Request::from_parts(head, body))
}

async fn collect<B>(body: B, limit: usize, budget: &Arc<Budget>) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes, Error: StdError + Send + Sync + 'static>,
{
    let mut held = budget.hold(Purpose::Requests, 0).ok_or(Problem::Overloaded)?;
    let (mut body, mut whole) = (pin!(body), Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(bytes) = frame.map_err(|error| broken(&error))?.into_data() else { continue };
        if bytes.len() > limit - whole.len() {
            return Err(Problem::BodyTooLarge);
        }
        let missing = (whole.len() + bytes.len()).saturating_sub(whole.capacity());
        if missing > 0 {
            // Does not trust the announced length: a large one costs a client nothing.
            let more = missing.max(MIN_GROWTH.min(whole.capacity()));
            if !held.grow(more) {
                return Err(Problem::Overloaded);
            }
            whole.reserve_exact(whole.capacity() - whole.len() + more);
        }
        whole.extend_from_slice(&bytes);
    }
    Ok(holding(whole, held))
}

/// A client that breaks the protocol gets an error; one that disconnected would not see any.
fn broken(error: &(dyn StdError + 'static)) -> Problem {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && matches!(io.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
        {
            return Problem::BodyBroken;
        }
        cause = error.source();
    }
    Problem::BodyLate
}

/// Gives the request an absolute URL and headers that the component can trust.
pub(crate) fn prepare(
    request: Request<Bytes>,
    authority: Authority,
    peer: SocketAddr,
    id: &HeaderValue,
) -> Result<Request<WasiBody>, Problem> {
    let (mut head, body) = request.into_parts();
    let mut uri = head.uri.into_parts();
    uri.scheme = Some(Scheme::HTTP);
    uri.authority = Some(authority);
    uri.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    head.uri = Uri::from_parts(uri).map_err(|_| Problem::BadRequest)?;
    let forged: Vec<_> = head.headers.keys().filter(|name| name.as_str().starts_with(HOST_PREFIX)).cloned().collect();
    for name in forged {
        head.headers.remove(name);
    }
    let address = HeaderValue::from_str(&peer.to_string()).map_err(|_| Problem::BadRequest)?;
    head.headers.insert(CLIENT_ADDRESS, address);
    head.headers.insert(REQUEST_ID, id.clone());
    Ok(Request::from_parts(head, Full::new(body).map_err(|never| match never {}).boxed_unsync()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use std::convert::Infallible;

    fn request(target: &str, headers: &[(&str, &str)]) -> Result<Request<WasiBody>, Problem> {
        let mut request = Request::builder().uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::new()).unwrap();
        let authority = authority(&request)?;
        prepare(request, authority, "192.0.2.1:4711".parse().unwrap(), &HeaderValue::from_static("id-1"))
    }

    #[test]
    fn the_component_sees_an_absolute_url_the_true_client_and_the_id() {
        let forged = [
            ("host", "hub.test:8080"),
            ("spin-client-addr", "10.0.0.1"),
            ("Spin-Full-Url", "x"),
            ("accept", "*/*"),
            ("x-request-id", "<script>"),
        ];
        let request = request("/v1/repos?limit=1", &forged).unwrap();
        assert_eq!(request.uri(), "http://hub.test:8080/v1/repos?limit=1");
        assert_eq!(request.headers()["spin-client-addr"], "192.0.2.1:4711");
        assert_eq!(request.headers()["x-request-id"], "id-1");
        assert!(!request.headers().contains_key("spin-full-url") && request.headers().contains_key("accept"));
    }

    async fn received(
        body: impl Body<Data = Bytes, Error: StdError + Send + Sync + 'static>,
    ) -> Result<Bytes, Problem> {
        receive_within(body, Duration::from_secs(3600), 80).await
    }

    async fn receive_within(
        body: impl Body<Data = Bytes, Error: StdError + Send + Sync + 'static>,
        time: Duration,
        budget: usize,
    ) -> Result<Bytes, Problem> {
        receive(Request::new(body), 4, time, &Budget::new(budget)).await.map(Request::into_body)
    }

    #[tokio::test]
    async fn a_body_arrives_whole_or_the_request_goes_no_further() {
        let pieces = |pieces: &'static [&'static str]| {
            StreamBody::new(stream::iter(
                pieces.iter().map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::from(*piece)))),
            ))
        };
        assert_eq!(received(Full::new(Bytes::from("four"))).await.unwrap(), "four");
        assert_eq!(received(pieces(&["fo", "ur"])).await.unwrap(), "four");
        assert_eq!(received(Full::new(Bytes::from("fives"))).await.unwrap_err(), Problem::BodyTooLarge);
        assert_eq!(received(pieces(&["fo", "ur", "s"])).await.unwrap_err(), Problem::BodyTooLarge);
        let mute = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
        assert_eq!(receive_within(mute, Duration::ZERO, 80).await.unwrap_err(), Problem::BodyLate);
        let full = receive_within(Full::new(Bytes::from("four")), Duration::from_secs(3600), 8).await;
        assert_eq!(full.unwrap_err(), Problem::Overloaded);
        let bad = std::io::Error::new(std::io::ErrorKind::InvalidInput, "no size of a chunk");
        let bad = StreamBody::new(stream::iter([Err::<Frame<Bytes>, _>(bad)]));
        assert_eq!(received(bad).await.unwrap_err(), Problem::BodyBroken);
        let broken = StreamBody::new(stream::iter([Err::<Frame<Bytes>, _>(std::io::Error::other("gone"))]));
        assert_eq!(received(broken).await.unwrap_err(), Problem::BodyLate);
    }

    #[tokio::test]
    async fn what_has_arrived_is_counted_until_it_is_read() {
        let budget = Budget::new(8_000);
        let body = Full::new(Bytes::from(vec![b'x'; 100]));
        let request = receive(Request::new(body), 1_000, Duration::from_secs(3600), &budget).await.unwrap();
        assert_eq!((request.body().len(), budget.used_for(Purpose::Requests)), (100, 100));
        drop(request);
        assert_eq!(budget.used_for(Purpose::Requests), 0);
    }

    #[test]
    fn an_absolute_target_wins_over_the_header() {
        assert_eq!(request("http://a.test/x", &[("host", "b.test")]).unwrap().uri(), "http://a.test/x");
    }

    #[test]
    fn a_request_names_one_host() {
        for headers in [
            &[][..],
            &[("host", "")],
            &[("host", "a.test"), ("host", "b.test")],
            &[("host", "a b")],
            &[("host", "user@a.test")],
            &[("host", "a.test/x")],
        ] {
            assert_eq!(request("/", headers).unwrap_err(), Problem::BadRequest, "{headers:?}");
        }
        assert_eq!(request("a.test", &[("host", "a.test")]).unwrap_err(), Problem::BadRequest);
    }
}
