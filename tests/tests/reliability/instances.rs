//! An instance of the component that runs out of memory, or computes without an end, is replaced: whoever it worked for gets a problem,
//! nobody else notices, and nothing of what it had begun is left.
//!
//! The limits of `serve` are too wide to be reached by anything that it lets in, so the host runs here with narrow ones.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Sources, TOKEN, index};
use http::{Method, Request, Response};
use runtime::{ComponentSource, Config, Limits, Manifest, Runtime};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinSet;

/// What `cargo xtask test` built.
const COMPONENT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../target/wasm32-wasip2/component-dev/hub_component.wasm");

/// The host of the component without its sockets. Its database is gone with it.
struct Host {
    runtime: Runtime,
    data: TempDir,
}

impl Host {
    fn start(limits: Limits) -> Result<Self> {
        let read = |path: String| fs::read(&path).with_context(|| format!("{path}: run `cargo xtask test`"));
        let (wasm, precompiled) = (read(COMPONENT.to_owned())?, read(COMPONENT.replace(".wasm", ".cwasm"))?);
        let data = TempDir::new()?;
        let runtime = Runtime::new(Config {
            component: ComponentSource::Embedded { precompiled: precompiled.leak(), wasm: wasm.leak() },
            manifest: Manifest::parse(include_str!("../../../spin.toml"))?,
            data_dir: data.path().to_owned(),
            public_url: "http://hub.test".to_owned(),
            variables: BTreeMap::from([("reuse_surface_token".to_owned(), TOKEN.to_owned())]),
            variable_files: BTreeMap::new(),
            allow_private_networks: true,
            liveness: "/health/live".to_owned(),
            limits,
        })?;
        Ok(Self { runtime, data })
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Response<Value>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://hub.test{path}"))
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json")
            .header("x-request-id", "asked-here");
        let response = self.runtime.request(request.body(body.to_string().into())?).await?;
        Ok(response.map(|body| serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into())))
    }

    async fn get(&self, path: &str) -> Result<Value> {
        let response = self.ask(Method::GET, path, &Value::Null).await?;
        ensure!(response.status() == 200, "{response:?}");
        Ok(response.into_body())
    }

    /// Has the time of every lease be over, as it is a minute after its holder ended.
    fn let_leases_expire(&self) -> Result<()> {
        let database = rusqlite::Connection::open(self.data.path().join("reuse-surface.db"))?;
        database.execute("UPDATE leases SET expires_at = 1", [])?;
        Ok(())
    }

    /// Registers a source with a small index, verified.
    async fn register(&self, sources: &Sources, repo: &str) -> Result<()> {
        let url = sources.index(&format!("/{repo}"), &index(&[&format!("capability.{repo}")]));
        let body = json!({"repo": repo, "url": url, "domain": "d"});
        let response = self.ask(Method::POST, "/v1/repos?require_valid=true", &body).await?;
        ensure!(response.status() == 201, "{response:?}");
        Ok(())
    }
}

/// An index that takes much to judge.
fn large() -> String {
    let ids: Vec<String> = (0..20_000).map(|number| format!("capability.large.n{number}")).collect();
    index(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

fn is_problem(response: &Response<Value>, status: u16, code: &str) -> Result<()> {
    let problem = response.body();
    ensure!((response.status().as_u16(), &problem["code"]) == (status, &json!(code)), "{response:?}");
    ensure!(response.headers()["content-type"] == "application/problem+json", "{response:?}");
    ensure!(
        response.headers()["x-request-id"] == "asked-here" && problem["request_id"] == "asked-here",
        "{response:?}"
    );
    Ok(())
}

/// Readers beside something: each answer is right, or says that its instance ended.
async fn beside<T>(host: &Arc<Host>, work: impl Future<Output = Result<T>>) -> Result<(T, u64)> {
    let (running, right) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (host, running, right) = (host.clone(), running.clone(), right.clone());
        readers.spawn(async move {
            while running.load(Ordering::Relaxed) {
                // Judged by its time, so never answered by what the host keeps.
                let response =
                    host.ask(Method::GET, "/v1/federated?format=json&max_staleness=3600", &Value::Null).await?;
                if response.status() == 200 {
                    ensure!(response.body()["capabilities"][0]["id"] == "capability.small", "{response:?}");
                    right.fetch_add(1, Ordering::Relaxed);
                } else {
                    let code = if response.status() == 504 { "timeout" } else { "instance-failed" };
                    is_problem(&response, response.status().as_u16(), code)?;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    let done = work.await;
    running.store(false, Ordering::Relaxed);
    while let Some(ended) = readers.join_next().await {
        ended??;
    }
    Ok((done?, right.load(Ordering::Relaxed)))
}

/// What `limits` do to whoever has the large index judged, three times over.
async fn fails(limits: Limits, status: u16, code: &str) -> Result<()> {
    let (host, sources) = (Arc::new(Host::start(limits)?), Sources::start()?);
    host.register(&sources, "small").await?;
    let url = sources.index("/large", &large());
    let failing = async {
        for _ in 0..3 {
            let body = json!({"repo": "large", "url": url, "domain": "d"});
            let response = host.ask(Method::POST, "/v1/repos?require_valid=true", &body).await?;
            is_problem(&response, status, code)?;
            // The very next request is answered, and nothing of the failed one is there.
            ensure!(host.get("/v1/repos").await?["total"] == 1);
        }
        Ok(())
    };
    let ((), right) = beside(&host, failing).await?;
    ensure!(right > 0, "no reader was answered meanwhile");
    host.register(&sources, "later").await?;
    ensure!(host.get("/v1/federated?format=json").await?["revision"] == 2);
    let metrics = host.get("/metrics").await?;
    let failures = metrics.as_str().unwrap_or_default().lines().find_map(|line| {
        line.strip_prefix("reuse_surface_instance_failures_total ").and_then(|count| count.parse::<u64>().ok())
    });
    ensure!(failures >= Some(3), "{failures:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_traps_is_replaced() -> Result<()> {
    fails(Limits { instance_memory: 24 << 20, ..Limits::default() }, 500, "instance-failed").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_computes_without_end_is_replaced() -> Result<()> {
    fails(Limits { computing_time: Duration::from_millis(200), ..Limits::default() }, 504, "timeout").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_ends_one_refresh_does_not_end_the_next() -> Result<()> {
    let host = Host::start(Limits { instance_memory: 24 << 20, ..Limits::default() })?;
    let sources = Sources::start()?;
    host.register(&sources, "bomb").await?;
    host.register(&sources, "small").await?;
    sources.index("/bomb", &large());
    sources.index("/small", &index(&["capability.small.two"]));
    let compose = "/v1/federated/compose?force=true";
    is_problem(&host.ask(Method::POST, compose, &Value::Null).await?, 500, "instance-failed")?;
    for round in 0..3 {
        host.let_leases_expire()?;
        let response = host.ask(Method::POST, compose, &Value::Null).await?;
        ensure!(response.status() == 200, "{round}: {response:?}");
        let status = host.get("/v1/repos/bomb").await?["status"].clone();
        ensure!(status["reason"] == "judging-ended" && status["state"] == "stale", "{round}: {status}");
        ensure!(status["capability_count"] == 1 && status["next_check_at"].is_string(), "{round}: {status}");
        let document = host.get("/v1/federated?format=json").await?;
        ensure!(document["capabilities"][1]["id"] == "capability.small.two", "{round}: {document}");
    }
    // It heals once the index is one that can be judged.
    sources.index("/bomb", &index(&["capability.bomb.two"]));
    let response = host.ask(Method::POST, "/v1/repos/bomb/refresh", &Value::Null).await?;
    ensure!(response.body()["source"]["outcome"] == "accepted", "{response:?}");
    Ok(())
}
