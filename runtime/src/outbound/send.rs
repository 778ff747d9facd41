//! One outbound request: checked, sent, and its response passed on.

use super::body::{Response, Shareable, without_empty};
use super::client::Client;
use super::connect::CONNECT_TIME;
use super::error::of_transport;
use super::proxy;
use crate::allowed_hosts::AllowedHosts;
use federation::source_url::is_runtime_internal;
use http::{Method, header};
use http_body_util::BodyExt as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use url::{Host, Url};
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody, WasiHttpHooks};

/// The default time limit for each phase.
const DEFAULT_TIME: Duration = Duration::from_secs(60);

/// How long a request waits while the maximum number is in flight.
const QUEUE_TIME: Duration = Duration::from_secs(30);

type Io = Box<dyn Future<Output = Result<()>> + Send>;

/// The outbound HTTP of one instance.
#[derive(Clone)]
pub(crate) struct Outbound {
    pub(crate) client: Arc<Client>,
    pub(crate) hosts: Arc<AllowedHosts>,
}

impl WasiHttpHooks for Outbound {
    /// The client sets the header from the checked URL.
    fn set_host_header(&mut self) -> bool {
        false
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        // Reports the component's progress with the response; the connection notices that by itself.
        _: Io,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Io)>> + Send> {
        let outbound = self.clone();
        Box::new(async move {
            let response = outbound.send(request, options.unwrap_or_default()).await?;
            Ok((response, Box::new(async { Ok(()) }) as Io))
        })
    }
}

impl Outbound {
    pub(super) async fn send(
        &self,
        request: http::Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<http::Response<WasiBody>> {
        let url = self.check(&request.uri().to_string())?;
        if let (Some(_), Some(name)) = (&self.client.proxy, url.domain()) {
            proxy::check(name, self.client.policy, self.client.lookup).await?;
        }
        let http = self.client.http().map_err(|error| Error::InternalError(Some(error)))?;
        let permit = timeout(QUEUE_TIME, Arc::clone(&self.client.permits).acquire_owned()).await;
        let permit = permit.ok().and_then(Result::ok).ok_or(Error::ConnectionLimitReached)?;
        let connect_time = options.connect_timeout.unwrap_or(DEFAULT_TIME);
        let answer_time = options.first_byte_timeout.unwrap_or(DEFAULT_TIME);
        let exchange = async {
            let request = translate(request, url).await?;
            CONNECT_TIME.scope(connect_time, http.execute(request)).await.map_err(|error| {
                if self.client.proxy.is_some() && error.is_connect() {
                    // Only the causes show whether the proxy or the host was not reached.
                    tracing::warn!(causes = %causes(&error), "no connection through the proxy");
                }
                of_transport(&error)
            })
        };
        // The limit includes connecting, which also has a limit of its own: the wait for the first byte starts here.
        let response = timeout(answer_time, exchange).await.map_err(|_| Error::ConnectionReadTimeout)??;
        let response = http::Response::from(response);
        let patience = options.between_bytes_timeout.unwrap_or(DEFAULT_TIME);
        Ok(response.map(|body| Response::new(body, patience, permit).boxed_unsync()))
    }

    /// Checks the URL as the client will parse it. Names are checked again after resolution.
    fn check(&self, uri: &str) -> Result<Url> {
        let url = Url::parse(uri).map_err(|_| Error::HttpRequestUriInvalid)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::HttpRequestUriInvalid);
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(Error::HttpRequestUriInvalid);
        };
        let policy = self.client.policy;
        let address = match host {
            Host::Ipv4(address) => Some(IpAddr::from(address)),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        };
        if address.is_some_and(|address| !policy.allows(address)) {
            return Err(Error::DestinationIpProhibited);
        }
        if !self.hosts.allows(&url) || !policy.allows_port(port) || url.domain().is_some_and(is_runtime_internal) {
            tracing::warn!(%host, port, "the component may not connect to this host: see allowed_outbound_hosts");
            return Err(Error::HttpRequestDenied);
        }
        Ok(url)
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

async fn translate(request: http::Request<WasiBody>, url: Url) -> Result<reqwest::Request> {
    let (head, mut body) = request.into_parts();
    if matches!(head.method, Method::GET | Method::HEAD) && !head.headers.contains_key(header::CONTENT_LENGTH) {
        body = without_empty(body).await?;
    }
    let empty = http_body::Body::is_end_stream(&body);
    let mut request = reqwest::Request::new(head.method, url);
    *request.headers_mut() = head.headers;
    if !empty {
        *request.body_mut() = Some(reqwest::Body::wrap(Shareable::new(body)));
    }
    Ok(request)
}
