//! The HTTP/1.1 front.

use crate::dispatch::Dispatch;
use crate::limits::Limits;
use crate::problem::Problem;
use crate::shutdown::Lifecycle;
use crate::stall::Impatient;
use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use http_body::Body;
use http_body_util::BodyExt as _;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::Error;

/// Bytes of a request head. Its number of headers is limited to 100 by `hyper` itself.
const MAX_HEAD: usize = 64 << 10;

/// How long accepting pauses when the process has run out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("spin-client-addr");

/// Headers that only the host may set.
const HOST_PREFIX: &str = "spin-";

/// Accepts connections until `shutdown`, each in a task of its own that finishes what it has begun.
pub(crate) async fn accept(
    listener: &TcpListener,
    dispatch: &Arc<Dispatch>,
    limits: &Arc<Limits>,
    lifecycle: &Lifecycle,
    shutdown: impl Future<Output = ()>,
) {
    let mut shutdown = pin!(shutdown);
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            biased;
            () = &mut shutdown => return,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = serve(stream, peer, Arc::clone(dispatch), lifecycle.clone(), Arc::clone(limits));
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    dispatch: Arc<Dispatch>,
    lifecycle: Lifecycle,
    limits: Arc<Limits>,
) -> impl Future<Output = ()> + Send {
    // Taken before the task starts, for a shutdown at this moment to count it.
    let guard = lifecycle.guard();
    async move {
        let _guard = guard;
        _ = stream.set_nodelay(true).inspect_err(|error| tracing::debug!(%error, "no TCP_NODELAY"));
        let service = service_fn(|request| {
            let dispatch = Arc::clone(&dispatch);
            async move {
                Ok::<_, Infallible>(match prepare(request, peer) {
                    Ok(request) => dispatch.answer(request).await,
                    Err(problem) => problem.response(),
                })
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_time)
            .max_header_size(MAX_HEAD)
            .max_buf_size(2 * MAX_HEAD)
            .serve_connection(TokioIo::new(Impatient::new(stream, limits.write_time)), service);
        let mut connection = pin!(connection);
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = lifecycle.closing() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        _ = result.inspect_err(|error| tracing::debug!(%error, %peer, "the connection ended early"));
    }
}

/// Turns a request as received into what the component expects: an absolute URL, and headers that it can trust.
pub(crate) fn prepare<B>(
    request: Request<B>,
    peer: SocketAddr,
) -> Result<Request<wasmtime_wasi_http::WasiBody>, Problem>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Error>,
{
    let (mut head, body) = request.into_parts();
    let authority = authority(&head.uri, &head.headers)?;
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
    Ok(Request::from_parts(head, body.map_err(Into::into).boxed_unsync()))
}

/// The one host that the request names. Two of them are how requests get smuggled past a proxy.
fn authority(uri: &Uri, headers: &HeaderMap) -> Result<Authority, Problem> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(Problem::BadRequest) };
    let host = Authority::try_from(host.as_bytes()).map_err(|_| Problem::BadRequest)?;
    let named = uri.authority().unwrap_or(&host);
    if named.host().is_empty() || named.as_str().contains('@') {
        return Err(Problem::BadRequest);
    }
    Ok(named.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Empty;

    fn request(target: &str, headers: &[(&str, &str)]) -> Result<Request<wasmtime_wasi_http::WasiBody>, Problem> {
        let mut request = Request::builder().uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        prepare(request.body(Empty::new()).unwrap(), "192.0.2.1:4711".parse().unwrap())
    }

    #[test]
    fn the_component_sees_an_absolute_url_and_the_true_client() {
        let forged =
            [("host", "hub.test:8080"), ("spin-client-addr", "10.0.0.1"), ("Spin-Full-Url", "x"), ("accept", "*/*")];
        let request = request("/v1/repos?limit=1", &forged).unwrap();
        assert_eq!(request.uri(), "http://hub.test:8080/v1/repos?limit=1");
        assert_eq!(request.headers()["spin-client-addr"], "192.0.2.1:4711");
        assert!(!request.headers().contains_key("spin-full-url") && request.headers().contains_key("accept"));
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
    }
}
