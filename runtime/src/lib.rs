//! A small host for one Spin HTTP component (WASI 0.3). `reuse-surface serve` runs the hub in it.
//!
//! It offers the interfaces that the component imports (WASI, `wasi:http`, `spin:sqlite`, `spin:postgres`, `spin:variables`) and
//! enforces the grants in its `spin.toml`, as Spin does. Beyond Spin it interrupts runaway code, answers failures with
//! problem documents, and drains on shutdown.

mod allowed_hosts;
mod bindings;
mod budget;
mod component;
mod dispatch;
mod engine;
mod framing;
mod incoming;
mod instances;
mod limits;
mod manifest;
mod memo;
mod metrics;
mod open_files;
mod outbound;
mod output;
mod postgres;
mod problem;
mod request_id;
mod sending;
mod server;
mod service;
mod shutdown;
mod sqlite;
mod stall;
mod template;
pub mod variable_file;
mod variables;
mod version;

use anyhow::{Context as _, Result};
use budget::Budget;
use bytes::Bytes;
pub use component::ComponentSource;
use dispatch::Dispatch;
use engine::error;
pub use engine::precompile;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use instances::{Services, Workers};
pub use limits::Limits;
pub use manifest::Manifest;
use memo::{Memo, Versions};
use metrics::Metrics;
use outbound::{Client, Outbound};
pub use outbound::{networks_never_reached, private_networks};
use postgres::{Probe, Servers};
pub use postgres::{VersionQuery, postgres_client};
use service::HttpService;
use shutdown::Lifecycle;
use sqlite::Databases;
pub use sqlite::{is_data_dir, lock_data_dir};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use url::Url;
use variables::Variables;
use wasmtime_wasi_http::handler::ProxyPre;
use wasmtime_wasi_http::p3::bindings::ServicePre;

/// What to serve, and within which limits. Not `Debug`: the variables hold secrets.
#[derive(Clone)]
pub struct Config {
    /// The component to run.
    pub component: ComponentSource,
    /// What the component may use.
    pub manifest: Manifest,
    /// The directory of the databases: `default` in `reuse-surface.db`, any other label in `<label>.db`.
    pub data_dir: PathBuf,
    /// The base URL for clients. The `type` of the host's own problems begins with it.
    pub public_url: String,
    /// Values of the manifest's variables; the others use their defaults.
    pub variables: BTreeMap<String, String>,
    /// Files that hold the values of these variables of the component. Each access reads the file again.
    pub variable_files: BTreeMap<String, PathBuf>,
    /// Lets the component connect to private and loopback addresses, and to any port.
    pub allow_private_networks: bool,
    /// The proxy for all outbound requests: `http` or `https`, with a user name and a password if it needs them.
    pub proxy: Option<Url>,
    /// The path of the liveness probe. It is answered even while there is no room for anything else.
    pub liveness: String,
    /// How to notice that other programs changed the data, if the component keeps it in PostgreSQL alone. Without it, no response is cached
    /// once the component uses PostgreSQL.
    pub database_version: Option<VersionQuery>,
    /// The server's limits.
    pub limits: Limits,
}

/// A loaded component, ready to serve requests.
#[derive(Clone)]
pub struct Runtime {
    service: Arc<HttpService>,
    limits: Arc<Limits>,
    lifecycle: Lifecycle,
}

impl Runtime {
    /// Loads the component and checks everything that can be checked before the first request.
    ///
    /// # Errors
    /// If the component does not load or imports something that this host does not offer, if a variable of the manifest
    /// has no value, if the data directory cannot be created, or if the URL of the database is not usable.
    pub fn new(config: Config) -> Result<Self> {
        let limits = Arc::new(match open_files::raise_limit() {
            Some(open) => open_files::fit(config.limits, open),
            None => config.limits,
        });
        let grants = config.manifest.resolve(&config.variables)?;
        let variables = Variables::new(grants.variables, &config.variable_files)?;
        let (engine, component) = component::load(&config.component, &limits)?;
        let linker = instances::linker(&engine).map_err(error)?;
        let component = linker
            .instantiate_pre(&component)
            .map_err(error)
            .context("the component needs more than this host offers")?;
        let component =
            ServicePre::new(component).map_err(error).context("the component is not an HTTP service of WASI 0.3")?;
        let budget = Budget::new(limits.memory);
        let hosts = Arc::new(grants.hosts);
        let servers = Servers::new(Arc::clone(&hosts), Arc::clone(&budget));
        let services = Services {
            outbound: Outbound {
                client: Arc::new(Client::new(config.allow_private_networks, limits.outbound, config.proxy)),
                hosts: Arc::clone(&hosts),
            },
            servers: servers.clone(),
            databases: Databases::new(&grants.databases, &config.data_dir, &budget, limits.database_connections)?,
            variables,
        };
        let mut metrics = Metrics::new();
        metrics.watch_files(services.databases.files());
        metrics.watch_budget(Arc::clone(&budget));
        let metrics = Arc::new(metrics);
        let versions = match config.database_version {
            Some(query) => {
                let probe = Probe::new(query, &hosts, Arc::clone(&metrics)).map_err(anyhow::Error::msg);
                Versions::Server(Box::new(probe.context("cannot use the database")?))
            }
            None => Versions::Files(services.databases.clone(), servers),
        };
        let lifecycle = Lifecycle::new();
        let workers = Workers {
            engine,
            component: ProxyPre::P3(component),
            services,
            limits: Arc::clone(&limits),
            lifecycle: lifecycle.clone(),
            metrics: Arc::clone(&metrics),
            budget: Arc::clone(&budget),
        };
        let service = HttpService {
            dispatch: Dispatch::new(workers, config.liveness),
            memo: Memo::new(versions, Arc::clone(&metrics), Arc::clone(&budget)),
            metrics,
            budget,
            limits: Arc::clone(&limits),
            public_url: config.public_url.trim_end_matches('/').to_owned(),
        };
        Ok(Self { service: Arc::new(service), limits, lifecycle })
    }

    /// Serves HTTP until `shutdown` resolves. Then finishes the work in flight, including the component's work after a
    /// response, for at most [`Limits::drain_time`].
    ///
    /// # Errors
    /// If the listener is not usable.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Result<()> {
        let address = listener.local_addr().context("the listener is not usable")?;
        tracing::info!(%address, "serving");
        server::accept(&listener, &self.service, &self.limits, &self.lifecycle, shutdown).await;
        drop(listener);
        if !self.lifecycle.close(self.limits.drain_time).await {
            tracing::warn!("some work did not finish in time and was abandoned");
        }
        Ok(())
    }

    /// Sends a request to the component without the network. The request needs a `Host` header, or a URL with a host.
    ///
    /// # Errors
    /// If the response breaks off. Every other failure is a response.
    pub async fn request(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>> {
        if let Some(authority) = request.uri().authority() {
            let host = http::HeaderValue::from_str(authority.as_str()).context("the host is not usable")?;
            request.headers_mut().entry(http::header::HOST).or_insert(host);
        }
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        // A response to HEAD announces a body that never comes.
        let expects_body = request.method() != http::Method::HEAD;
        let (head, body) = self.service.answer(request.map(Full::new), here).await.into_parts();
        if !expects_body {
            return Ok(Response::from_parts(head, Bytes::new()));
        }
        let body = body.collect().await.context("the response breaks off")?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}
