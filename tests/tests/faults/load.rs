//! Writers and readers that continue whatever happens, and record what they were told.

use crate::cluster::Cluster;
use crate::ledger::{Ledger, Outcome};
use anyhow::{Context as _, Result, bail, ensure};
use end_to_end::{Random, Sources, TOKEN, eventually, figures, index};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const WRITERS: u64 = 16;
const READERS: u64 = 4;

/// How long a client waits for a response.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a client waits after a refusal, so that it does not get thousands of them a second.
const PAUSE: Duration = Duration::from_millis(20);

/// Within this time after a fault, a write must have been sent and acknowledged.
const WRITES_ARE_BACK: Duration = Duration::from_secs(15);

pub struct Load {
    pub ledger: Arc<Ledger>,
    clients: Arc<Clients>,
    tasks: JoinSet<Result<()>>,
}

struct Clients {
    client: Client,
    base: String,
    ledger: Arc<Ledger>,
    sources: Arc<Sources>,
    stops: AtomicBool,
    reads: AtomicU64,
    failed_reads: AtomicU64,
}

impl Load {
    pub fn start(cluster: &Cluster, random: &mut Random) -> Result<Self> {
        let ledger = Arc::new(Ledger::default());
        let clients = Arc::new(Clients {
            client: Client::builder().no_proxy().timeout(PATIENCE).build()?,
            base: cluster.base(),
            ledger: ledger.clone(),
            sources: cluster.sources.clone(),
            stops: AtomicBool::new(false),
            reads: AtomicU64::new(0),
            failed_reads: AtomicU64::new(0),
        });
        let mut tasks = JoinSet::new();
        for writer in 0..WRITERS {
            let (clients, random) = (clients.clone(), Random::new(random.below(u64::MAX)));
            tasks.spawn(async move { clients.write(writer, random).await });
        }
        for _ in 0..READERS {
            let (clients, random) = (clients.clone(), Random::new(random.below(u64::MAX)));
            tasks.spawn(async move { clients.read(random).await });
        }
        Ok(Self { ledger, clients, tasks })
    }

    /// Waits until a write that was sent after `since` is acknowledged, and returns how long after `since` that was.
    ///
    /// # Errors
    /// If it takes too long, or a reader or writer saw something that must not happen.
    pub async fn until_written(&mut self, since: Instant) -> Result<Duration> {
        let back = eventually(async || {
            if let Some(ended) = self.tasks.try_join_next() {
                ended??;
                bail!("a client ended");
            }
            Ok(self.ledger.first_after(since))
        });
        let away = back.await? - since;
        ensure!(away <= WRITES_ARE_BACK, "writes were away for {away:?}");
        Ok(away)
    }

    /// How many reads were answered and failed so far.
    pub fn reads(&self) -> (u64, u64) {
        (self.clients.reads.load(Ordering::Relaxed), self.clients.failed_reads.load(Ordering::Relaxed))
    }

    /// Lets all clients finish, and returns what they recorded.
    ///
    /// # Errors
    /// If one saw something that must not happen.
    pub async fn stop(mut self, what: &str) -> Result<Arc<Ledger>> {
        self.clients.stops.store(true, Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        let count = |outcome| self.ledger.count(outcome);
        let (reads, failed) = self.reads();
        figures(&format!(
            "{what}: {} writes acknowledged, {} refused, {} unknown; {reads} reads, {failed} failed",
            count(Outcome::Acknowledged),
            count(Outcome::Refused),
            count(Outcome::Unknown)
        ));
        ensure!(count(Outcome::Acknowledged) > 0 && reads > 0, "too little happened to show anything");
        Ok(self.ledger)
    }
}

impl Clients {
    fn goes_on(&self) -> bool {
        !self.stops.load(Ordering::Relaxed)
    }

    /// Registers, changes and removes one repo after the other.
    async fn write(&self, writer: u64, mut random: Random) -> Result<()> {
        for number in 0.. {
            let repo = format!("w{writer}-{number}");
            let url = self.sources.index(&format!("/{repo}"), &index(&[&format!("capability.w{writer}.n{number}")]));
            let (mut left, mut is_registered) = (2 + random.below(6), false);
            loop {
                if !self.goes_on() {
                    return Ok(());
                }
                let removes = is_registered && left == 0;
                match self.write_once(&repo, &url, is_registered, removes).await? {
                    Outcome::Acknowledged if removes => break,
                    Outcome::Acknowledged => {
                        is_registered = true;
                        left = left.saturating_sub(1);
                    }
                    Outcome::Refused => tokio::time::sleep(PAUSE).await,
                    Outcome::Unknown | Outcome::UnderWay => {
                        tokio::time::sleep(PAUSE).await;
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    async fn write_once(&self, repo: &str, url: &str, is_registered: bool, removes: bool) -> Result<Outcome> {
        let version = self.ledger.begin(repo, !removes);
        // Two fields, so that half a write would be noticed.
        let mut body = json!({"description": format!("version {version}"), "domain": format!("d{version}")});
        let path = format!("{}/v1/repos/{repo}", self.base);
        let request = match (is_registered, removes) {
            (true, true) => self.client.request(Method::DELETE, path),
            (true, false) => self.client.request(Method::PATCH, path).json(&body),
            (false, _) => {
                body["repo"] = json!(repo);
                body["url"] = json!(url);
                self.client.post(format!("{}/v1/repos?require_valid=true", self.base)).json(&body)
            }
        };
        let sent = Instant::now();
        let outcome = outcome(request.bearer_auth(TOKEN).send().await).await;
        let outcome = outcome.with_context(|| format!("{repo}, version {version}"))?;
        self.ledger.end(repo, outcome, sent);
        Ok(outcome)
    }

    /// Reads registrations and what is published, and compares both with what was acknowledged before.
    async fn read(&self, mut random: Random) -> Result<()> {
        let mut newest = 0;
        while self.goes_on() {
            let floor = self.ledger.floor();
            let one = floor.iter().nth(random.below(floor.len().max(1) as u64) as usize);
            let read = match one.filter(|_| random.below(2) == 0) {
                Some((repo, floor)) => self.read_repo(repo, *floor).await?,
                None => self.read_manifest(&floor, &mut newest).await?,
            };
            if read {
                self.reads.fetch_add(1, Ordering::Relaxed);
            } else {
                self.failed_reads.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    async fn read_repo(&self, repo: &str, floor: usize) -> Result<bool> {
        let Some((status, body)) = self.get(&format!("/v1/repos/{repo}")).await? else { return Ok(false) };
        let found = if status == 404 { None } else { Some(version(&body)?) };
        self.ledger.check(repo, floor, found)?;
        Ok(true)
    }

    async fn read_manifest(&self, floor: &BTreeMap<String, usize>, newest: &mut u64) -> Result<bool> {
        let Some((_, body)) = self.get("/v1/federated/manifest").await? else { return Ok(false) };
        let revision = body["revision"].as_u64().context("no revision")?;
        ensure!(revision >= *newest, "revision {newest}, then {revision}");
        *newest = revision;
        let mut found = BTreeMap::new();
        for line in body["sources"].as_array().context("no sources")? {
            let repo = line["repo"].as_str().context("no repo")?;
            if is_of_a_writer(repo) {
                found.insert(repo, number(&line["domain"], "d")?);
            }
        }
        for (repo, floor) in floor {
            self.ledger.check(repo, *floor, found.remove(repo.as_str()))?;
        }
        found
            .iter()
            .try_for_each(|(repo, version)| self.ledger.check(repo, 0, Some(*version)))
            .with_context(|| format!("revision {revision}"))?;
        Ok(true)
    }

    /// The status and body of a response that is not a failure.
    async fn get(&self, path: &str) -> Result<Option<(u16, Value)>> {
        let Ok(response) = self.client.get(format!("{}{path}", self.base)).send().await else { return Ok(None) };
        let status = response.status().as_u16();
        ensure!([200, 404, 502, 503, 504].contains(&status), "{path}: {status} {}", response.text().await?);
        let Ok(body) = response.json().await else { return Ok(None) };
        Ok([200, 404].contains(&status).then_some((status, body)))
    }
}

/// Whether a writer has registered this repo, rather than a test.
pub fn is_of_a_writer(repo: &str) -> bool {
    repo.starts_with('w')
}

/// The version of a registration, which all its fields must have.
pub fn version(registration: &Value) -> Result<usize> {
    let (one, other) = (number(&registration["description"], "version ")?, number(&registration["domain"], "d")?);
    ensure!(one == other, "half a write: {registration}");
    Ok(one)
}

fn number(field: &Value, before: &str) -> Result<usize> {
    let text = field.as_str().and_then(|text| text.strip_prefix(before));
    text.and_then(|text| text.parse().ok()).with_context(|| format!("no version in {field}"))
}

/// What a writer knows after this response. A status without a problem's code is from the proxy, which does not know more.
async fn outcome(response: reqwest::Result<Response>) -> Result<Outcome> {
    let Ok(response) = response else { return Ok(Outcome::Unknown) };
    let status = response.status();
    if status.is_success() {
        return Ok(Outcome::Acknowledged);
    }
    let Ok(text) = response.text().await else { return Ok(Outcome::Unknown) };
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    match (status.as_u16(), problem["code"].as_str()) {
        (503, Some("store-unavailable" | "overloaded")) => Ok(Outcome::Refused),
        (503, Some("outcome-unknown")) | (504, Some("timeout")) | (502..=504, None) => Ok(Outcome::Unknown),
        _ => bail!("{status}: {text}"),
    }
}
