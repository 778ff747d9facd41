//! The host of a component in this process, with lower limits than `serve`, which a test could not reach.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Sources, TOKEN, index};
use http::{Method, Request, Response};
use runtime::{ComponentSource, Config, Limits, Manifest, Runtime};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

/// The components that `cargo xtask test` built.
const COMPONENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/wasm32-wasip2/component-dev");

/// The manifest of the probe; `tests/component` implements its requests.
const PROBE: &str = r#"
spin_manifest_version = 2
[[trigger.http]]
route = "/..."
component = "probe"
[component.probe]
sqlite_databases = ["default"]
"#;

/// A host without sockets, unless it listens. Its database is deleted with it.
pub struct Host {
    runtime: Runtime,
    data: TempDir,
}

impl Host {
    /// Hosts the hub.
    pub fn of_the_hub(limits: Limits) -> Result<Self> {
        let variables = BTreeMap::from([("reuse_surface_token".to_owned(), TOKEN.to_owned())]);
        Self::start("hub_component", include_str!("../../../../spin.toml"), "/health/live", variables, limits)
    }

    /// Hosts a component that does what the hub must never do.
    pub fn of_the_probe(limits: Limits) -> Result<Self> {
        Self::start("probe_component", PROBE, "/alive", BTreeMap::new(), limits)
    }

    fn start(
        name: &str,
        manifest: &str,
        liveness: &str,
        variables: BTreeMap<String, String>,
        limits: Limits,
    ) -> Result<Self> {
        let read = |kind: &str| {
            let path = format!("{COMPONENTS}/{name}.{kind}");
            fs::read(&path).with_context(|| format!("{path}: run `cargo xtask test`"))
        };
        let (wasm, precompiled) = (read("wasm")?, read("cwasm")?);
        let data = TempDir::new()?;
        let runtime = Runtime::new(Config {
            component: ComponentSource::Embedded { precompiled: precompiled.leak(), wasm: wasm.leak() },
            manifest: Manifest::parse(manifest)?,
            data_dir: data.path().to_owned(),
            public_url: "http://hub.test".to_owned(),
            variables,
            variable_files: BTreeMap::new(),
            proxy: None,
            allow_private_networks: true,
            database_version: None,
            liveness: liveness.to_owned(),
            limits,
        })?;
        Ok(Self { runtime, data })
    }

    /// Makes every lease expire, as it does a minute after its holder ended.
    pub fn let_leases_expire(&self) -> Result<()> {
        let database = rusqlite::Connection::open(self.data.path().join("reuse-surface.db"))?;
        database.execute("UPDATE leases SET expires_at = 1", [])?;
        Ok(())
    }

    /// Listens until the test ends.
    pub async fn listen(&self) -> Result<Listening> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let runtime = self.runtime.clone();
        tokio::spawn(async move { runtime.serve(listener, std::future::pending()).await });
        Ok(Listening(address))
    }

    /// Sends a request without the network. A body that is not JSON is returned as text.
    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Response<Value>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://hub.test{path}"))
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json")
            .header("x-request-id", "asked-here");
        let response = self.runtime.request(request.body(body.to_string().into())?).await?;
        Ok(response.map(|body| serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into())))
    }

    /// The body of a response that must be 200.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let response = self.ask(Method::GET, path, &Value::Null).await?;
        ensure!(response.status() == 200, "{path}: {response:?}");
        Ok(response.into_body())
    }

    /// The value of a metric of the host.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let text = self.get("/metrics").await?;
        let text = text.as_str().context("no text")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.with_context(|| format!("{name} is not in {text}"))?.parse()?)
    }

    /// Registers a source with a small index, which is verified first.
    pub async fn register(&self, sources: &Sources, repo: &str) -> Result<()> {
        let url = sources.index(&format!("/{repo}"), &index(&[&format!("capability.{repo}")]));
        let body = json!({"repo": repo, "url": url, "domain": "d"});
        let response = self.ask(Method::POST, "/v1/repos?require_valid=true", &body).await?;
        ensure!(response.status() == 201, "{response:?}");
        Ok(())
    }
}

/// The address of a host.
pub struct Listening(SocketAddr);

impl Listening {
    /// A new connection.
    pub async fn connect(&self) -> Result<TcpStream> {
        Ok(TcpStream::connect(self.0).await?)
    }
}

/// Checks that a response to [`Host::ask`] is a problem of the host.
pub fn is_problem(response: &Response<Value>, status: u16, code: &str) -> Result<()> {
    let problem = response.body();
    ensure!((response.status().as_u16(), &problem["code"]) == (status, &json!(code)), "{response:?}");
    ensure!(response.headers()["content-type"] == "application/problem+json", "{response:?}");
    ensure!(
        response.headers()["x-request-id"] == "asked-here" && problem["request_id"] == "asked-here",
        "{response:?}"
    );
    Ok(())
}
