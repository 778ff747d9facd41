//! As many sources of maximum size as are fetched at once: a refresh stays within the memory of its instance, and small sources do not have
//! to wait.

use crate::support::{document, figures};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Behaviour, Hub, Sources, eventually, index};
use reqwest::Method;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// How many sources a refresh fetches at once.
const AT_ONCE: usize = 64;

async fn register(hub: &Hub, repo: &str, url: &str) -> Result<()> {
    let body = json!({"repo": repo, "url": url, "domain": "d", "enabled": false});
    let answer = hub.write(Method::POST, "/v1/repos", &body).await?;
    ensure!(answer.status == 201, "{answer:?}");
    Ok(())
}

async fn enable(hub: &Hub, repos: impl Iterator<Item = String>) -> Result<()> {
    // Skips the fetch that each registration would start by itself.
    let database = rusqlite::Connection::open(hub.data().join("reuse-surface.db"))?;
    for repo in repos {
        database.execute("UPDATE registrations SET enabled = 1 WHERE repo = ?1", [&repo])?;
    }
    Ok(())
}

async fn failures(hub: &Hub) -> Result<u64> {
    let metrics = hub.get("/metrics").await?.text;
    let count = metrics.lines().find_map(|line| line.strip_prefix("reuse_surface_instance_failures_total "));
    count.and_then(|count| count.parse().ok()).context("no count")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_that_never_end_keep_no_small_one_waiting() -> Result<()> {
    let hub = Hub::start()?;
    let mut servers = Vec::new();
    let names: Vec<String> = (0..AT_ONCE - 2).map(|number| format!("endless{number}")).collect();
    for name in &names {
        let server = Sources::start()?;
        register(&hub, name, &server.set("/index", Behaviour::Stalled((8 << 20) - 1))).await?;
        servers.push(server);
    }
    let small = Sources::start()?;
    for number in 0..2 {
        let name = format!("small{number}");
        register(&hub, &name, &small.index(&format!("/{name}"), &index(&[&format!("capability.{name}")]))).await?;
    }
    enable(&hub, names.iter().cloned().chain((0..2).map(|number| format!("small{number}")))).await?;
    let composed = AtomicBool::new(false);
    let compose = async {
        let report = hub.compose().await;
        composed.store(true, Ordering::Relaxed);
        report
    };
    let (composing, reading) = tokio::join!(compose, async {
        let began = Instant::now();
        eventually(async || {
            let read = hub.get("/v1/federated?format=json").await?;
            if read.status == 200 && read.json()["capabilities"].as_array().is_some_and(|list| list.len() == 2) {
                document(&read)?;
                return Ok(Some(began.elapsed()));
            }
            ensure!(read.status == 200 || read.json()["code"] == "nothing-published", "{read:?}");
            ensure!(!composed.load(Ordering::Relaxed), "small sources were kept waiting for the endless ones");
            Ok(None)
        })
        .await
    });
    let (report, published) = (composing?, reading?);
    ensure!(report["failed"] == names.len(), "{report}");
    ensure!(failures(&hub).await? == 0);
    figures(&format!(
        "{} endless bodies of 8 MiB: small sources published after {} ms",
        names.len(),
        published.as_millis()
    ));
    Ok(())
}
