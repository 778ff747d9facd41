//! A hub that is killed at any moment: acknowledged writes are kept, and other writes are complete or absent.

use crate::support::{Random, amount, document, figures, gap_free, replay, seed, verified};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, eventually, index};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;

const WRITERS: u64 = 4;
const REPOS: u64 = 3;

/// A writer's view of a repo: the last acknowledged version (0: not registered), and the write in flight when the hub was killed.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    acknowledged: u64,
    under_way: Option<u64>,
}

#[derive(Default)]
struct Ledger {
    repos: Mutex<BTreeMap<String, Known>>,
    writes: AtomicU64,
    seen: AtomicU64,
}

impl Ledger {
    /// Compares the content of a restarted hub with the acknowledged writes, and accepts it as the new state.
    fn settle(&self, mut found: BTreeMap<String, u64>) -> Result<()> {
        for (repo, known) in self.lock().iter_mut() {
            let found = found.remove(repo).unwrap_or_default();
            ensure!(found == known.acknowledged || Some(found) == known.under_way, "{repo}: {found}, {known:?}");
            *known = Known { acknowledged: found, under_way: None };
        }
        ensure!(found.is_empty(), "nobody wrote {found:?}");
        Ok(())
    }

    fn of(&self, repo: &str) -> Known {
        self.lock().get(repo).copied().unwrap_or_default()
    }

    fn set(&self, repo: &str, known: Known) {
        self.lock().insert(repo.to_owned(), known);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Known>> {
        self.repos.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_nothing_that_was_acknowledged() -> Result<()> {
    let seed = seed();
    rounds(&mut Random::new(seed), amount("REUSE_SURFACE_ROUNDS", 20)).await.with_context(|| replay(seed))
}

async fn rounds(random: &mut Random, rounds: u64) -> Result<()> {
    let (sources, ledger) = (Arc::new(Sources::start()?), Arc::new(Ledger::default()));
    let mut hub = Hub::start()?;
    for round in 0..rounds {
        let mut tasks = JoinSet::new();
        for writer in 0..WRITERS {
            let random = Random::new(random.below(u64::MAX));
            tasks.spawn(write(hub.base().to_owned(), writer, random, sources.clone(), ledger.clone()));
        }
        tasks.spawn(refresh(hub.base().to_owned()));
        tasks.spawn(read(hub.base().to_owned(), ledger.clone()));
        let before = ledger.writes.load(Ordering::Relaxed);
        eventually(async || Ok((ledger.writes.load(Ordering::Relaxed) > before).then_some(()))).await?;
        tokio::time::sleep(Duration::from_millis(random.below(400))).await;
        hub = hub.kill_and_restart()?;
        while let Some(ended) = tasks.join_next().await {
            ended?.with_context(|| format!("round {round}"))?;
        }
        check(&hub, &ledger).await.with_context(|| format!("round {round}"))?;
    }
    let writes = ledger.writes.load(Ordering::Relaxed);
    ensure!(writes > rounds, "{writes} writes in {rounds} rounds: too few to show anything");
    figures(&format!("{rounds} kills, {writes} writes acknowledged, revision {}", gap_free(&hub).await?));
    Ok(())
}

/// Writes until the hub is killed.
async fn write(
    base: String,
    writer: u64,
    mut random: Random,
    sources: Arc<Sources>,
    ledger: Arc<Ledger>,
) -> Result<()> {
    let client = Client::builder().no_proxy().build()?;
    loop {
        let repo = format!("writer-{writer}-{}", random.below(REPOS));
        let known = ledger.of(&repo);
        let next = ledger.writes.load(Ordering::Relaxed) + random.below(1_000_000) + 1;
        // Both fields and the published index contain the version, so that a partial write is detected.
        let url = sources.index(&format!("/{repo}"), &index(&[&format!("capability.{repo}.v{next}").replace('-', "")]));
        let fields = json!({"description": format!("version {next}"), "domain": format!("d{next}")});
        let (method, path, body, next) = match known.acknowledged {
            0 => {
                let mut body = fields;
                body["repo"] = json!(repo);
                body["url"] = json!(url);
                (Method::POST, "/v1/repos".to_owned(), body, next)
            }
            _ if random.below(5) == 0 => (Method::DELETE, format!("/v1/repos/{repo}"), Value::Null, 0),
            _ => (Method::PATCH, format!("/v1/repos/{repo}"), fields, next),
        };
        ledger.set(&repo, Known { under_way: Some(next), ..known });
        let request = client.request(method, format!("{base}{path}")).bearer_auth(TOKEN).json(&body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => {
                ledger.set(&repo, Known { acknowledged: next, under_way: None });
                ledger.writes.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer) if answer.status() == StatusCode::SERVICE_UNAVAILABLE => ledger.set(&repo, known),
            Ok(answer) => anyhow::bail!("{path}: {} {}", answer.status(), answer.text().await?),
            Err(_) => return Ok(()),
        }
    }
}

async fn refresh(base: String) -> Result<()> {
    let client = Client::builder().no_proxy().build()?;
    let url = format!("{base}/v1/federated/compose?force=true");
    while client.post(&url).bearer_auth(TOKEN).send().await.is_ok() {}
    Ok(())
}

/// Remembers the newest revision that a reader has seen.
async fn read(base: String, ledger: Arc<Ledger>) -> Result<()> {
    let client = Client::builder().no_proxy().build()?;
    while let Ok(answer) = client.get(format!("{base}/v1/federated/manifest")).send().await {
        let manifest = answer.json::<Value>().await.unwrap_or_default();
        ledger.seen.fetch_max(manifest["revision"].as_u64().unwrap_or_default(), Ordering::Relaxed);
    }
    Ok(())
}

async fn check(hub: &Hub, ledger: &Ledger) -> Result<()> {
    let health = hub.get("/health").await?;
    ensure!(health.status == 200, "{}", health.text);
    let list = hub.get("/v1/repos?limit=1000").await?.json();
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for repo in list["repos"].as_array().context("no list")? {
        let version = |key: &str, before: &str| {
            repo[key].as_str().and_then(|text| text.strip_prefix(before)).and_then(|text| text.parse::<u64>().ok())
        };
        let (description, domain) = (version("description", "version "), version("domain", "d"));
        ensure!(description == domain && description.is_some(), "half a write: {repo}");
        found.insert(repo["repo"].as_str().unwrap_or_default().to_owned(), description.unwrap_or_default());
    }
    ledger.settle(found)?;

    let seen = ledger.seen.load(Ordering::Relaxed);
    let newest = gap_free(hub).await?;
    ensure!(newest >= seen, "a reader saw revision {seen}, now the newest is {newest}");
    let read = hub.get("/v1/federated?format=json").await?;
    if read.status != 503 || read.json()["code"] != "nothing-published" {
        document(&read)?;
    }
    verified(hub).map(drop)
}
