//! What grows with the number of sources, up to as many as `SOURCES` says: the evidence of docs/scale.md.

use crate::federation::{index, path};
use crate::memory::peak;
use crate::table::{Table, median, milliseconds};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How many sources: numbers, separated by commas.
const SOURCES: &str = "SOURCES";

/// Capabilities of each source, one of them its edition.
const CAPABILITIES: usize = 10;
const ROUNDS: usize = 7;
/// Registrations that are under way at once.
const AT_ONCE: usize = 16;

/// Measures federations of different sizes, one after another.
pub async fn measure(table: &mut Table) -> Result<()> {
    let counts = std::env::var(SOURCES).unwrap_or_else(|_| "100,1000,10000".to_owned());
    for count in counts.split(',') {
        of(count.parse().context("SOURCES must be numbers, separated by commas")?, table).await?;
    }
    Ok(())
}

async fn of(count: usize, table: &mut Table) -> Result<()> {
    let (hub, sources) = (Arc::new(Hub::start()?), Sources::start()?);
    let mut row = |what: &str, figure: &str| table.row(&format!("{count} sources: {what}"), figure, "", "");
    let begun = Instant::now();
    register(&hub, &sources, count).await?;
    row("registered", &milliseconds(begun.elapsed()));
    let begun = Instant::now();
    let mut composes = 0;
    while hub.get("/v1/repos?state=fresh&limit=1").await?.json()["total"].as_u64() != Some(count as u64) {
        let answer = hub.write(Method::POST, "/v1/federated/compose", &Value::Null).await?;
        ensure!(answer.status == 200 && composes <= count, "{composes} composes: {}", answer.text);
        composes += 1;
    }
    row("first fetched and published", &format!("{}, {composes} composes", milliseconds(begun.elapsed())));

    let mut times = Vec::new();
    for edition in 1..=ROUNDS {
        sources.index(&path(0), &index(0, CAPABILITIES - 1, edition));
        times.push(timed(&hub, Method::POST, "/v1/repos/s0/refresh").await?);
    }
    row("one changed source fetched and published", &milliseconds(median(times)));
    let newest = hub.get("/health").await?.json()["revision"].as_u64().context("no revision")?;
    let since = format!("/v1/federated/log?since={}", newest - 1);
    for (what, path) in [
        ("the whole document, first", "/v1/federated?format=json"),
        ("the whole document, again", "/v1/federated?format=json"),
        ("a search for a word that all have", "/v1/capabilities?q=capability"),
        ("a search for one source", "/v1/capabilities?q=source+77+capability+3"),
        ("the newest step of the log", since.as_str()),
        ("a page of registrations", "/v1/repos?limit=100"),
        ("the manifest", "/v1/federated/manifest"),
        ("/metrics", "/metrics"),
    ] {
        row(what, &milliseconds(timed(&hub, Method::GET, path).await?));
    }
    row("peak memory", &format!("{} MiB", peak(&hub)?));
    let database = std::fs::metadata(hub.data().join("reuse-surface.db"))?.len();
    row("the database", &format!("{} MiB", database >> 20));
    Ok(())
}

/// How long one request takes until its response has been read.
async fn timed(hub: &Hub, method: Method, path: &str) -> Result<Duration> {
    let begun = Instant::now();
    let answer = hub.write(method, path, &Value::Null).await?;
    let taken = begun.elapsed();
    ensure!(answer.status == 200, "{path}: {}", answer.text.chars().take(500).collect::<String>());
    Ok(taken)
}

/// Registers sources that are not fetched before all are registered.
async fn register(hub: &Arc<Hub>, sources: &Sources, count: usize) -> Result<()> {
    let mut tasks = JoinSet::new();
    for source in 0..count {
        let url = sources.index(&path(source), &index(source, CAPABILITIES - 1, 0));
        let body = json!({
            "repo": format!("s{source}"), "url": url, "domain": format!("d{}", source % 10), "cache_ttl_seconds": 604_800, "enabled": false,
        });
        if tasks.len() == AT_ONCE {
            tasks.join_next().await.context("no task")???;
        }
        let hub = hub.clone();
        tasks.spawn(async move {
            let answer = hub.write(Method::POST, "/v1/repos", &body).await?;
            ensure!(answer.status == 201, "{}", answer.text);
            Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let database = rusqlite::Connection::open(hub.data().join("reuse-surface.db"))?;
    database.execute_batch("UPDATE registrations SET enabled = 1; UPDATE source_state SET next_check_at = 1;")?;
    Ok(())
}
