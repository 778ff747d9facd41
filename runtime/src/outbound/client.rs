//! The one HTTP client of the process.

use super::address::AddressPolicy;
use super::connect::Deadline;
use super::resolver::{Lookup, Resolver, ask_the_system};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// Idle connections kept for each host. A refresh sends requests for many sources to one host.
const IDLE_PER_HOST: usize = 8;

/// How long an idle connection is kept. The number of hosts is unlimited, and each connection needs a file descriptor.
const IDLE_TIME: Duration = Duration::from_secs(5);

/// The client, created on first use: loading the system's certificates takes longer than the rest of the start.
pub(crate) struct Client {
    pub(super) policy: AddressPolicy,
    pub(super) permits: Arc<Semaphore>,
    pub(super) lookup: Lookup,
    /// The proxy through which all requests go, if there is one.
    pub(super) proxy: Option<Url>,
    http: OnceLock<Result<reqwest::Client, String>>,
}

impl Client {
    /// Allows `limit` requests at once, each counted until its response body ends.
    pub(crate) fn new(allow_private: bool, limit: usize, proxy: Option<Url>) -> Self {
        Self {
            policy: AddressPolicy { allow_private },
            permits: Arc::new(Semaphore::new(limit)),
            lookup: ask_the_system,
            proxy,
            http: OnceLock::new(),
        }
    }

    pub(super) fn http(&self) -> Result<&reqwest::Client, String> {
        self.http
            .get_or_init(|| {
                // With a proxy, only the proxy's own name is resolved here, which the operator chose.
                let policy = if self.proxy.is_some() { AddressPolicy { allow_private: true } } else { self.policy };
                build(Resolver { policy, lookup: self.lookup }, self.proxy.as_ref())
            })
            .as_ref()
            .map_err(Clone::clone)
    }
}

fn build(resolver: Resolver, proxy: Option<&Url>) -> Result<reqwest::Client, String> {
    // An error means that the process has already installed a provider, which is fine too.
    _ = rustls::crypto::ring::default_provider().install_default();
    let unusable = |error: reqwest::Error| format!("the HTTP client cannot be set up: {error:?}");
    // Proxies that the environment names are ignored.
    let mut builder = reqwest::Client::builder().no_proxy();
    if let Some(proxy) = proxy {
        builder = builder.proxy(reqwest::Proxy::all(proxy.as_str()).map_err(unusable)?);
    }
    builder
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .tcp_nodelay(true)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .pool_idle_timeout(IDLE_TIME)
        .dns_resolver(Arc::new(resolver))
        .connector_layer(Deadline)
        .build()
        .map_err(unusable)
}
