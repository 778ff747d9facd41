//! Many concurrent writers and readers: one winner for each name and version, and every document is consistent.

use crate::support::{amount, document, figures, gap_free, verified};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Answer, Hub, Sources, TOKEN, index};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const WRITERS: u64 = 64;
const READERS: u64 = 64;
/// Number of registrations that are read and changed with `If-Match`.
const COUNTERS: u64 = 4;

struct Run {
    client: Client,
    base: String,
    until: Instant,
    created: Mutex<BTreeMap<u64, u64>>,
    increments: [AtomicU64; COUNTERS as usize],
    lost: AtomicU64,
    reads: AtomicU64,
    busy: AtomicU64,
    refreshes: AtomicU64,
}

impl Run {
    async fn send(&self, method: Method, path: &str, tag: Option<&str>, body: &Value) -> Result<Answer> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        if method != Method::GET {
            request = request.bearer_auth(TOKEN).json(body);
        }
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }

    fn goes_on(&self) -> bool {
        Instant::now() < self.until
    }

    /// All writers try the same names in the same order.
    async fn register(&self) -> Result<()> {
        for number in 0.. {
            if !self.goes_on() {
                break;
            }
            let body = json!({"repo": format!("name-{number}"), "url": "http://127.0.0.1:9/x", "domain": "d", "enabled": false});
            let answer = self.send(Method::POST, "/v1/repos", None, &body).await?;
            match answer.status {
                201 => *self.created.lock().unwrap_or_else(PoisonError::into_inner).entry(number).or_default() += 1,
                409 => {
                    ensure!(answer.json()["code"] == "repo-exists", "{}", answer.text);
                }
                503 => drop(self.busy.fetch_add(1, Ordering::Relaxed)),
                _ => anyhow::bail!("{answer:?}"),
            }
        }
        Ok(())
    }

    /// Reads a number and writes the next one, unless another writer has changed it meanwhile.
    async fn count(&self, counter: u64) -> Result<()> {
        let path = format!("/v1/repos/counter-{counter}");
        while self.goes_on() {
            let read = self.send(Method::GET, &path, None, &Value::Null).await?;
            if read.status == 503 {
                self.busy.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let number: u64 = read.json()["description"].as_str().context("no description")?.parse()?;
            let body = json!({"description": (number + 1).to_string()});
            let answer = self.send(Method::PATCH, &path, Some(read.header("etag")), &body).await?;
            match answer.status {
                200 => self.increments[counter as usize].fetch_add(1, Ordering::Relaxed),
                412 => self.lost.fetch_add(1, Ordering::Relaxed),
                503 => self.busy.fetch_add(1, Ordering::Relaxed),
                _ => anyhow::bail!("{answer:?}"),
            };
        }
        Ok(())
    }

    async fn read(&self) -> Result<()> {
        let mut newest = 0;
        while self.goes_on() {
            let answer = self.send(Method::GET, "/v1/federated?format=json", None, &Value::Null).await?;
            if answer.status == 503 {
                self.busy.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let revision = document(&answer)?;
            ensure!(revision >= newest, "revision {newest}, then {revision}");
            newest = revision;
            self.reads.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn refresh(&self, sources: &Sources) -> Result<()> {
        for number in 0.. {
            if !self.goes_on() {
                break;
            }
            for counter in 0..COUNTERS {
                sources.index(&format!("/{counter}"), &index(&[&format!("capability.c{counter}.v{number}")]));
            }
            let answer = self.send(Method::POST, "/v1/federated/compose?force=true", None, &Value::Null).await?;
            ensure!([200, 503].contains(&answer.status), "{answer:?}");
            self.refreshes.fetch_add(u64::from(answer.status == 200), Ordering::Relaxed);
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_one_winner_and_every_document_is_whole() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Arc::new(Sources::start()?));
    for counter in 0..COUNTERS {
        let url = sources.index(&format!("/{counter}"), &index(&[&format!("capability.c{counter}.v")]));
        let body = json!({"repo": format!("counter-{counter}"), "url": url, "domain": "d", "description": "0"});
        let answer = hub.write(Method::POST, "/v1/repos?require_valid=true", &body).await?;
        ensure!(answer.status == 201, "{}", answer.text);
    }
    let seconds = amount("REUSE_SURFACE_SECONDS", 8);
    let run = Arc::new(Run {
        client: Client::builder().no_proxy().build()?,
        base: hub.base().to_owned(),
        until: Instant::now() + Duration::from_secs(seconds),
        created: Mutex::default(),
        increments: Default::default(),
        lost: AtomicU64::new(0),
        reads: AtomicU64::new(0),
        busy: AtomicU64::new(0),
        refreshes: AtomicU64::new(0),
    });
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let run = run.clone();
        tasks.spawn(async move {
            if writer % 2 == 0 { run.register().await } else { run.count(writer / 2 % COUNTERS).await }
        });
    }
    for _ in 0..READERS {
        let run = run.clone();
        tasks.spawn(async move { run.read().await });
    }
    let (refreshing, sources) = (run.clone(), sources.clone());
    tasks.spawn(async move { refreshing.refresh(&sources).await });
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }

    let created = std::mem::take(&mut *run.created.lock().unwrap_or_else(PoisonError::into_inner));
    ensure!(created.values().all(|winners| *winners == 1), "{created:?}");
    let total = hub.get("/v1/repos?q=name-&limit=1").await?.json()["total"].as_u64();
    assert_eq!(total, Some(created.len() as u64), "what is there was acknowledged once");
    let mut increments = 0;
    for counter in 0..COUNTERS {
        let shown = hub.get(&format!("/v1/repos/counter-{counter}")).await?.json()["description"].clone();
        let counted = run.increments[counter as usize].load(Ordering::Relaxed);
        assert_eq!(shown, counted.to_string(), "an update was lost");
        increments += counted;
    }
    let load = |of: &AtomicU64| of.load(Ordering::Relaxed);
    ensure!(increments > 0 && load(&run.reads) > 0 && load(&run.refreshes) > 0 && !created.is_empty());
    let newest = gap_free(&hub).await?;
    verified(&hub)?;
    figures(&format!(
        "{seconds} s: {} names, {increments} updates won and {} lost by If-Match, {} reads whole, {} refreshes, {newest} revisions, {} \
         answered 503",
        created.len(),
        load(&run.lost),
        load(&run.reads),
        load(&run.refreshes),
        load(&run.busy)
    ));
    Ok(())
}

#[tokio::test]
async fn a_writer_waits_longer_than_the_host_for_a_large_publication() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    // As long as publishing the largest index takes on a slow machine: the host gives up after five seconds.
    let database = rusqlite::Connection::open(hub.data().join("reuse-surface.db"))?;
    database.execute_batch("BEGIN IMMEDIATE")?;
    let held = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_secs(7));
        database.execute_batch("COMMIT")
    });
    let changed = hub.write(Method::PATCH, "/v1/repos/a", &json!({"description": "x"})).await?;
    ensure!(changed.status == 200, "{}", changed.text);
    held.await??;
    Ok(())
}
