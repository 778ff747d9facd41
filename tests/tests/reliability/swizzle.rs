//! Sources that come and go in random order during reads: no read fails, nothing is lost, and one check suffices when a source is back.

use crate::support::{Random, amount, document, figures, replay, seed};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Behaviour, Hub, Sources, index};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const SOURCES: u64 = 40;

fn content(number: u64) -> String {
    index(&[&format!("capability.s{number}.one"), &format!("capability.s{number}.two")])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_come_and_go_and_no_read_fails() -> Result<()> {
    let seed = seed();
    swizzle(&mut Random::new(seed)).await.with_context(|| replay(seed))
}

async fn swizzle(random: &mut Random) -> Result<()> {
    let (hub, sources) = (Arc::new(Hub::start()?), Sources::start()?);
    for number in 0..SOURCES {
        let body = serde_json::json!({"repo": format!("s{number}"), "domain": "d",
            "url": sources.index(&format!("/{number}"), &content(number))});
        ensure!(hub.write(reqwest::Method::POST, "/v1/repos", &body).await?.status == 201);
    }
    hub.compose().await?;
    let whole = hub.get("/v1/federated?format=json").await?;
    let (running, reads) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (hub, running, reads, whole) = (hub.clone(), running.clone(), reads.clone(), whole.text.clone());
        readers.spawn(async move {
            let mut slowest = Duration::ZERO;
            while running.load(Ordering::Relaxed) {
                let began = Instant::now();
                let read = hub.get("/v1/federated?format=json&max_staleness=3600").await?;
                slowest = slowest.max(began.elapsed());
                document(&read)?;
                ensure!(read.text == whole, "{}", read.text);
                reads.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, anyhow::Error>(slowest)
        });
    }
    let rounds = amount("REUSE_SURFACE_ROUNDS", 10);
    let mut failed = 0;
    for _ in 0..rounds {
        for number in 0..SOURCES {
            let path = format!("/{number}");
            match random.below(4) {
                0 => drop(sources.set(&path, Behaviour::Raw(Vec::new()))),
                1 => drop(sources.set(&path, Behaviour::Status(503, String::new()))),
                _ => drop(sources.index(&path, &content(number))),
            }
        }
        failed += hub.compose().await?["failed"].as_u64().context("no report")?;
    }
    ensure!(failed > 0, "no source was ever gone");
    for number in 0..SOURCES {
        sources.index(&format!("/{number}"), &content(number));
    }
    let report = hub.compose().await?;
    running.store(false, Ordering::Relaxed);
    let mut slowest = Duration::ZERO;
    while let Some(ended) = readers.join_next().await {
        slowest = slowest.max(ended??);
    }
    ensure!(report["failed"] == 0 && report["published"] == false, "{report}");
    let fresh = hub.get("/v1/repos?state=fresh&limit=1").await?.json();
    ensure!(fresh["total"] == SOURCES, "{fresh}");
    figures(&format!(
        "{SOURCES} sources, {rounds} rounds, {failed} checks failed: {} reads whole, the slowest {} ms",
        reads.load(Ordering::Relaxed),
        slowest.as_millis()
    ));
    Ok(())
}
