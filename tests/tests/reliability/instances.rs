//! An instance of the component that runs out of memory or loops forever is replaced: its requests get a problem, others are not affected,
//! and its unfinished work leaves no trace.

use crate::support::{Host, is_problem};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Sources, eventually, index};
use http::Method;
use runtime::Limits;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::task::JoinSet;

/// An index that needs much memory to validate.
fn large() -> String {
    let ids: Vec<String> = (0..20_000).map(|number| format!("capability.large.n{number}")).collect();
    index(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Reads `path` while something else runs: each response is correct, or reports that its instance failed.
async fn beside<T>(
    host: &Arc<Host>,
    path: &'static str,
    is_right: fn(&serde_json::Value) -> bool,
    work: impl Future<Output = Result<T>>,
) -> Result<(T, u64)> {
    let (running, right) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (host, running, right) = (host.clone(), running.clone(), right.clone());
        readers.spawn(async move {
            while running.load(Ordering::Relaxed) {
                let response = host.ask(Method::GET, path, &json!(null)).await?;
                if response.status() == 200 {
                    ensure!(is_right(response.body()), "{response:?}");
                    right.fetch_add(1, Ordering::Relaxed);
                } else {
                    // It was in that instance when it failed, or began to compute.
                    is_problem(&response, 500, "instance-failed").or(is_problem(&response, 504, "timeout"))?;
                }
                tokio::task::yield_now().await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_traps_is_replaced() -> Result<()> {
    let host = Arc::new(Host::of_the_hub(Limits { instance_memory: 24 << 20, ..Limits::default() })?);
    let sources = Sources::start()?;
    host.register(&sources, "small").await?;
    let url = sources.index("/large", &large());
    let failing = async {
        for _ in 0..3 {
            let body = json!({"repo": "large", "url": url, "domain": "d"});
            let response = host.ask(Method::POST, "/v1/repos?require_valid=true", &body).await?;
            is_problem(&response, 500, "instance-failed")?;
            // The next request is answered, and the failed one has left no trace.
            ensure!(host.get("/v1/repos").await?["total"] == 1);
        }
        Ok(())
    };
    // The response depends on the current time, so it is never served from the host's cache.
    let path = "/v1/federated?format=json&max_staleness=3600";
    let is_right = |document: &serde_json::Value| document["capabilities"][0]["id"] == "capability.small";
    let ((), right) = beside(&host, path, is_right, failing).await?;
    ensure!(right > 0, "no reader was answered meanwhile");
    host.register(&sources, "later").await?;
    ensure!(host.get("/v1/federated?format=json").await?["revision"] == 2);
    ensure!(host.metric("reuse_surface_instance_failures_total").await? >= 3.0);
    ensure!(host.metric("reuse_surface_http_failures_total{code=\"instance-failed\"}").await? >= 3.0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_computes_without_end_is_replaced() -> Result<()> {
    let host = Arc::new(Host::of_the_probe(Limits { computing_ticks: 20, ..Limits::default() })?);
    ensure!(host.get("/rows").await? == 0);
    let failing = async {
        for _ in 0..3 {
            is_problem(&host.ask(Method::GET, "/loop", &json!(null)).await?, 504, "timeout")?;
            // Its unfinished write was rolled back and its lock released.
            ensure!(host.get("/rows").await? == 0);
        }
        Ok(())
    };
    let ((), right) = beside(&host, "/quick", |text| text == "quick", failing).await?;
    ensure!(right > 0, "no reader was answered meanwhile");
    ensure!(host.metric("reuse_surface_instance_failures_total").await? == 3.0);
    // A reader may have been in the instance too, but none takes an instance with it.
    ensure!(host.metric("reuse_surface_http_failures_total{code=\"timeout\"}").await? >= 3.0);
    Ok(())
}

/// A request goes to an instance that can start it at once. Here some requests loop forever: each may share its instance with one other
/// request that was started before, which then waits. No further request may wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_waits_for_an_instance_that_is_busy() -> Result<()> {
    let limits = Limits { computing_ticks: u64::MAX, requests_per_instance: 2, ..Limits::default() };
    let host = Arc::new(Host::of_the_probe(limits)?);
    let (mut busy, mut asked) = (JoinSet::new(), JoinSet::new());
    for round in 1..=3 {
        let asker = host.clone();
        busy.spawn(async move { asker.ask(Method::GET, "/pause-and-loop", &json!(null)).await.map(drop) });
        for _ in 0..50 {
            let asker = host.clone();
            asked.spawn(async move { asker.get("/quick").await });
        }
        while asked.len() > round {
            let answer = asked.join_next().await.context("nobody is left")???;
            ensure!(answer == "quick", "{answer}");
        }
    }
    ensure!(busy.try_join_next().is_none(), "they compute still");
    Ok(())
}

/// WebAssembly memory never shrinks, so an instance that once needed much memory must be retired.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_has_grown_large_is_replaced() -> Result<()> {
    // Only one instance: with two, it would be undefined which one responds.
    let host = Host::of_the_probe(Limits { instances: 1, instance_retires_at: 16 << 20, ..Limits::default() })?;
    let used = "reuse_surface_memory_use_bytes{purpose=\"instances\"}";
    ensure!(host.get("/grow/1").await? == 1 << 20 && host.get("/served").await? == 2, "a small one stays");
    let small = host.metric(used).await?;
    ensure!(small > 0.0);
    ensure!(host.get("/grow/32").await? == 32 << 20);
    ensure!(host.get("/served").await? == 1, "a large one goes");
    // The memory is released once the store is dropped.
    eventually(async || Ok((host.metric(used).await? <= small).then_some(()))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_ends_one_refresh_does_not_end_the_next() -> Result<()> {
    let host = Host::of_the_hub(Limits { instance_memory: 24 << 20, ..Limits::default() })?;
    let sources = Sources::start()?;
    host.register(&sources, "bomb").await?;
    host.register(&sources, "small").await?;
    sources.index("/bomb", &large());
    sources.index("/small", &index(&["capability.small.two"]));
    let compose = "/v1/federated/compose?force=true";
    is_problem(&host.ask(Method::POST, compose, &json!(null)).await?, 500, "instance-failed")?;
    for round in 0..3 {
        host.let_leases_expire()?;
        let response = host.ask(Method::POST, compose, &json!(null)).await?;
        ensure!(response.status() == 200, "{round}: {response:?}");
        let status = host.get("/v1/repos/bomb").await?["status"].clone();
        ensure!(status["reason"] == "judging-ended" && status["state"] == "stale", "{round}: {status}");
        ensure!(status["capability_count"] == 1 && status["next_check_at"].is_string(), "{round}: {status}");
        let document = host.get("/v1/federated?format=json").await?;
        ensure!(document["capabilities"][1]["id"] == "capability.small.two", "{round}: {document}");
    }
    // The source recovers once its index can be validated.
    sources.index("/bomb", &index(&["capability.bomb.two"]));
    let response = host.ask(Method::POST, "/v1/repos/bomb/refresh", &json!(null)).await?;
    ensure!(response.body()["source"]["outcome"] == "accepted", "{response:?}");
    Ok(())
}
