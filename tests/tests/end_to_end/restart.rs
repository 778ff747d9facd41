//! Restarts behind a proxy that knows the hubs and tries the next one if it cannot connect.

use anyhow::{Context as _, Result, bail};
use end_to_end::{Hub, Sources, TOKEN, eventually, index};
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use throw_away_postgres::Server;

/// What a client changes; others read.
const WRITTEN: &str = "/v1/repos/a";

/// The hubs that may currently get requests.
#[derive(Default)]
struct Proxy {
    hubs: Mutex<Vec<String>>,
    turn: AtomicUsize,
    answered: AtomicUsize,
}

impl Proxy {
    fn hubs(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.hubs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, hub: &Hub) {
        self.hubs().push(hub.base().to_owned());
    }

    fn remove(&self, hub: &Hub) {
        self.hubs().retain(|base| base != hub.base());
    }

    async fn forward(&self, client: &reqwest::Client, path: &str) -> Result<()> {
        for _ in 0..3 {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed);
            let base = {
                let hubs = self.hubs();
                hubs.get(turn % hubs.len().max(1)).cloned().context("no hub is left")?
            };
            let request = match path {
                WRITTEN => client.patch(base + path).bearer_auth(TOKEN).json(&json!({"domain": format!("d{turn}")})),
                read => client.get(base + read),
            };
            match request.send().await {
                Ok(response) if response.status() == 200 => {
                    response.bytes().await.context("the answer broke off")?;
                    self.answered.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Ok(response) => bail!("{}", response.status()),
                // Nothing was sent, so any proxy tries the next hub.
                Err(error) if error.is_connect() => {}
                Err(error) => return Err(error).context("a request that was accepted was lost"),
            }
        }
        bail!("no hub could be connected to")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_loses_no_request() -> Result<()> {
    let (first, second) = (Hub::start()?, Hub::start()?);
    let sources = Sources::start()?;
    for hub in [&first, &second] {
        hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    }
    restart_in_turn([first, second], || Ok(())).await
}

/// As an upgrade does it: the database gets ahead of the hubs that still run, with steps that only add.
#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_on_a_database_that_gets_newer_loses_no_request() -> Result<()> {
    let (server, sources) = (Server::shared()?, Sources::start()?);
    let url = server.schema()?;
    let start = || Hub::start_in(TempDir::new()?, Some(TOKEN), &["--allow-private-networks", "--database-url", &url]);
    let (first, second) = (start()?, start()?);
    first.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let mut steps = 0;
    restart_in_turn([first, second], || {
        steps += 1;
        let step = format!(
            "ALTER TABLE registrations ADD COLUMN colour_{steps} TEXT NOT NULL DEFAULT '';
             INSERT INTO migrations (version, applied_at, readable_from)
             SELECT max(version) + 1, '2027-01-01T00:00:00Z', max(readable_from) FROM migrations"
        );
        server.run_at(&url, &step).map(drop)
    })
    .await
}

/// Restarts the hubs one after the other, twice, while clients read and write through a proxy; `between` runs before each restart.
async fn restart_in_turn(mut hubs: [Hub; 2], mut between: impl FnMut() -> Result<()>) -> Result<()> {
    let proxy = Arc::new(Proxy::default());
    hubs.iter().for_each(|hub| proxy.add(hub));
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..5)
        .map(|i| {
            let (proxy, stop) = (Arc::clone(&proxy), Arc::clone(&stop));
            tokio::spawn(async move {
                let path = ["/v1/federated", "/health", "/v1/repos", "/v1/federated?format=json", WRITTEN][i];
                let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
                while !stop.load(Ordering::Relaxed) {
                    proxy.forward(&client, path).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for _ in 0..2 {
        for hub in &mut hubs {
            let before = proxy.answered.load(Ordering::Relaxed);
            let enough = || proxy.answered.load(Ordering::Relaxed) >= before + 20;
            let failed = || clients.iter().any(|client| client.is_finished());
            eventually(async || Ok((enough() || failed()).then_some(()))).await?;
            between()?;
            proxy.remove(hub);
            hub.restart()?;
            proxy.add(hub);
        }
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await??;
    }
    Ok(())
}
