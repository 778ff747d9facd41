//! Responses that the host reuses: identical to the component's, and never after a change.

use anyhow::{Context as _, Result};
use end_to_end::{Answer, Hub, Sources, eventually, index};
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const PATHS: [&str; 12] = [
    "/v1/federated",
    "/v1/federated?format=json",
    "/v1/federated/manifest",
    "/v1/changes?since=0",
    "/v1/capabilities?q=a",
    "/capabilities?q=a",
    "/revisions",
    "/demand",
    "/overlaps",
    "/v1/demand",
    "/v1/overlaps",
    "/v1/repos",
];

async fn hits(hub: &Hub) -> Result<u64> {
    counted(hub, "reuse_surface_memo_hits_total ").await
}

async fn counted(hub: &Hub, metric: &str) -> Result<u64> {
    let text = hub.get("/metrics").await?.text;
    let value = text.lines().find_map(|line| line.strip_prefix(metric));
    value.and_then(|value| value.parse().ok()).context("no such metric")
}

/// The parts of a response that are the same when it is reused.
fn lasting(answer: &Answer) -> (u16, String, Vec<(String, String)>) {
    let of_one = |name: &str| matches!(name, "x-request-id" | "date");
    let headers = answer.headers.iter().filter(|(name, _)| !of_one(name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    (answer.status, answer.text.clone(), headers.collect())
}

#[tokio::test]
async fn a_repeated_answer_is_the_same_answer() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    // In the second of its composition, a document has no `Last-Modified` yet.
    let etag = eventually(async || {
        let document = hub.get("/v1/federated").await?;
        Ok((!document.header("last-modified").is_empty()).then(|| document.header("etag").to_owned()))
    })
    .await?;
    let mut not_kept = 0;
    for path in PATHS {
        for method in [Method::GET, Method::HEAD] {
            for headers in [vec![], vec![("accept-encoding", "gzip")], vec![("if-none-match", etag.as_str())]] {
                let ask = || {
                    let request = hub.request(method.clone(), path);
                    hub.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
                };
                // A write after a response, such as pruning, invalidates the cache. That happens once.
                let mut first = ask().await?;
                let second = loop {
                    let before = hits(&hub).await?;
                    let second = ask().await?;
                    assert_eq!(lasting(&first), lasting(&second), "{method} {path} {headers:?}");
                    if hits(&hub).await? == before + 1 {
                        break second;
                    }
                    not_kept += 1;
                    assert!(not_kept < 20, "{method} {path} {headers:?}");
                    first = second;
                };
                assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
                for private in ["reuse-surface-memo", "reuse-surface-route"] {
                    assert_eq!((first.header(private), second.header(private)), ("", ""));
                }
            }
        }
    }
    let named = hub.request(Method::GET, PATHS[0]).header("x-request-id", "trace-1");
    assert_eq!(hub.send(named).await?.header("x-request-id"), "trace-1");
    let forged = hub.request(Method::GET, PATHS[0]).header("x-request-id", "<script>");
    assert_ne!(hub.send(forged).await?.header("x-request-id"), "<script>");
    Ok(())
}

#[tokio::test]
async fn what_was_acknowledged_is_in_every_later_answer() -> Result<()> {
    let (hub, sources) = (Arc::new(Hub::start()?), Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    // Other clients send the same requests all the time, so that responses are cached again as soon as possible.
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (hub, stop) = (Arc::clone(&hub), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut newest = 0;
                while !stop.load(Ordering::Relaxed) {
                    for path in PATHS {
                        assert_eq!(hub.get(path).await?.status, 200);
                    }
                    let revision = hub.document().await?["revision"].as_u64().context("a revision")?;
                    assert!(revision >= newest, "{revision} after {newest}");
                    newest = revision;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for round in 0..25 {
        let required = round % 2 == 0;
        let change = json!({"domain": format!("d{round}"), "required": required});
        assert_eq!(hub.write(Method::PATCH, "/v1/repos/a", &change).await?.status, 200);
        let document = hub.document().await?;
        assert_eq!(document["sources"][0]["domain"], format!("d{round}"));
        assert_eq!(document["sources"][0]["required"], required);
        let manifest = hub.get("/v1/federated/manifest").await?.json();
        assert_eq!(manifest["revision"], document["revision"]);
    }
    let gone = hub.send(hub.request(Method::DELETE, "/v1/repos/a").bearer_auth(end_to_end::TOKEN)).await?;
    assert_eq!(gone.status, 204);
    assert_eq!(hub.document().await?["sources"], json!([]));
    assert!(!hub.get("/v1/federated").await?.text.contains("capability.a"));
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await??;
    }
    assert!(hits(&hub).await? > 0, "the test says nothing about answers that were given again");
    Ok(())
}

#[tokio::test]
async fn a_source_that_becomes_due_is_fetched_though_its_document_is_kept() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let url = sources.index("/a", &index(&["capability.a"]));
    let body = json!({"repo": "a", "url": url, "domain": "d", "cache_ttl_seconds": 1});
    assert_eq!(hub.write(Method::POST, "/v1/repos?require_valid=true", &body).await?.status, 201);
    sources.index("/a", &index(&["capability.b"]));
    eventually(async || Ok(hub.get("/v1/federated").await?.text.contains("capability.b").then_some(()))).await
}

/// A request that needs the component holds one of 256 slots until its response has been sent. Cached responses need no slot.
#[tokio::test]
async fn what_is_kept_takes_nobodys_place() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    for number in 0..300 {
        let answer = hub.get(&format!("/v1/capabilities?q=capability&limit=1&domain=d{number}")).await?;
        assert_eq!(answer.status, 200, "{number}: {answer:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_herd_has_its_document_made_once() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let mut hub = hub;
    for _ in 0..10 {
        // After a start, neither the host nor an instance has anything cached.
        let started = Arc::new(hub.kill_and_restart()?);
        let herd: Vec<_> = (0..100)
            .map(|_| {
                let hub = Arc::clone(&started);
                tokio::spawn(async move { hub.get("/v1/federated").await })
            })
            .collect();
        for reader in herd {
            assert_eq!(reader.await??.status, 200);
        }
        let made = counted(&started, "reuse_surface_memo_misses_total ").await?;
        if (1..10).contains(&made) {
            return Ok(());
        }
        // On a busy machine where the first takes a second, all others stop waiting for it.
        hub = Arc::into_inner(started).context("a reader is left")?;
    }
    anyhow::bail!("made for each of 100 readers, ten times")
}

#[tokio::test]
async fn a_data_directory_has_one_hub() -> Result<()> {
    let hub = Hub::start()?;
    let refused = end_to_end::Cli::at("http://127.0.0.1:1").run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data-dir",
        hub.data().to_str().context("a path")?,
    ])?;
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("in use by another hub"), "{refused:?}");
    assert_eq!(hub.get("/health").await?.status, 200);
    Ok(())
}
