//! Restarts behind a proxy that knows the hubs and tries the next one if it cannot connect.

use anyhow::{Context as _, Result, bail};
use end_to_end::{Hub, Sources, eventually, index};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
            let base = {
                let hubs = self.hubs();
                let turn = self.turn.fetch_add(1, Ordering::Relaxed);
                hubs.get(turn % hubs.len().max(1)).cloned().context("no hub is left")?
            };
            match client.get(format!("{base}{path}")).send().await {
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
    let sources = Sources::start()?;
    let url = sources.index("/a", &index(&["capability.a"]));
    let (mut first, mut second) = (Hub::start()?, Hub::start()?);
    let proxy = Arc::new(Proxy::default());
    for hub in [&first, &second] {
        hub.register("a", &url).await?;
        proxy.add(hub);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|i| {
            let (proxy, stop) = (Arc::clone(&proxy), Arc::clone(&stop));
            tokio::spawn(async move {
                let path = ["/v1/federated", "/health", "/v1/repos", "/v1/federated?format=json"][i];
                let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
                while !stop.load(Ordering::Relaxed) {
                    proxy.forward(&client, path).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for _ in 0..2 {
        for hub in [&mut first, &mut second] {
            let before = proxy.answered.load(Ordering::Relaxed);
            let enough = || proxy.answered.load(Ordering::Relaxed) >= before + 20;
            let failed = || clients.iter().any(|client| client.is_finished());
            eventually(async || Ok((enough() || failed()).then_some(()))).await?;
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
