//! A refresh of a thousand unchanged sources, compared with a plain loop of the same requests.

use crate::federation::{index, path, register};
use crate::table::{Table, median, milliseconds};
use anyhow::{Result, ensure};
use end_to_end::{Hub, Sources};
use federation::digest::Digest;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const SOURCES: usize = 1000;
const CAPABILITIES: usize = 20;
const ROUNDS: usize = 5;
/// The hub's limit of concurrent requests to one host, which the loop also uses.
const AT_ONCE: usize = federation::plan::MAX_FETCHES_PER_HOST;

/// Measures both; every response is 304.
pub async fn measure(table: &mut Table) -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    register(&hub, &sources, SOURCES, CAPABILITIES).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let requests: Vec<(String, String)> = (0..SOURCES)
        .map(|source| {
            (sources.url(&path(source)), format!("\"{}\"", Digest::of(index(source, CAPABILITIES, 0).as_bytes()).hex()))
        })
        .collect();
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let before = sources.unmodified();
        let begun = Instant::now();
        hub.compose().await?;
        ours.push(begun.elapsed());
        ensure!(sources.unmodified() == before + SOURCES, "not every source was asked");

        let slots = Arc::new(Semaphore::new(AT_ONCE));
        let mut loop_of_requests = JoinSet::new();
        let begun = Instant::now();
        for (url, tag) in requests.clone() {
            let (client, slots) = (client.clone(), slots.clone());
            loop_of_requests.spawn(async move {
                let _slot = slots.acquire().await?;
                let response = client.get(url).header("if-none-match", tag).send().await?;
                ensure!(response.status() == 304, "{}", response.status());
                Ok(())
            });
        }
        while let Some(done) = loop_of_requests.join_next().await {
            done??;
        }
        plain.push(begun.elapsed());
    }
    let (ours, plain) = (median(ours), median(plain));
    table.row(
        "refresh of 1,000 unchanged sources",
        &format!("{}, {:.2} of the loop", milliseconds(ours), plain.as_secs_f64() / ours.as_secs_f64()),
        &format!("a reqwest loop, {AT_ONCE} at once: {}", milliseconds(plain)),
        "≥ 0.5",
    );
    Ok(())
}
