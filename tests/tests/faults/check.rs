//! What must hold after any fault.

use crate::cluster::Cluster;
use crate::ledger::Ledger;
use crate::load::{is_of_a_writer, version};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, document, eventually, gap_free};
use federation::compose::{SourceLine, digest};
use std::collections::BTreeMap;

/// Checks that everything acknowledged is there and nothing that was refused, that the log has no gap, that every revision has the digest of its
/// lines, that both hubs say the same, and that no source was fetched more often than it was registered. Returns the newest revision.
pub async fn check(cluster: &Cluster, ledger: &Ledger) -> Result<u64> {
    let hub = cluster.one.hub()?;
    let found = registrations(hub).await?;
    for (repo, floor) in ledger.floor() {
        ledger.check(&repo, floor, found.get(&repo).copied())?;
    }
    let newest = eventually(async || agreed(cluster).await).await?;
    for revision in 1..=newest {
        let manifest = hub.get(&format!("/v1/federated/manifest?revision={revision}")).await?.json();
        let lines: Vec<SourceLine> = serde_json::from_value(manifest["sources"].clone())
            .with_context(|| format!("revision {revision}: {manifest}"))?;
        ensure!(manifest["digest"] == digest(&lines).as_str(), "revision {revision} has another digest: {manifest}");
    }
    for (repo, times) in ledger.registrations() {
        let fetches = cluster.sources.requests(&format!("/{repo}"));
        ensure!(fetches <= times, "{repo} was fetched {fetches} times, and registered {times} times");
    }
    Ok(newest)
}

/// The revision that both hubs publish. `None` if one was published meanwhile: a hub that had stopped makes writes whose writers have gone.
async fn agreed(cluster: &Cluster) -> Result<Option<u64>> {
    let hubs = [cluster.one.hub()?, cluster.other.hub()?];
    let newest = gap_free(hubs[0]).await?;
    let mut is_newest = true;
    for hub in hubs {
        let revision = document(&hub.get("/v1/federated?format=json").await?)?;
        ensure!(revision >= newest, "revision {revision} after {newest} was read");
        is_newest &= revision == newest;
    }
    Ok(is_newest.then_some(newest))
}

/// The version of each registration of a writer.
pub async fn registrations(hub: &Hub) -> Result<BTreeMap<String, usize>> {
    let mut found = BTreeMap::new();
    let mut path = "/v1/repos?limit=1000".to_owned();
    loop {
        let page = hub.get(&path).await?.json();
        for repo in page["repos"].as_array().with_context(|| page.to_string())? {
            let name = repo["repo"].as_str().context("no name")?;
            if is_of_a_writer(name) {
                found.insert(name.to_owned(), version(repo)?);
            }
        }
        let Some(next) = page["next"].as_str() else { return Ok(found) };
        path = format!("/v1/repos?limit=1000&cursor={next}");
    }
}
