//! Hubs whose clocks are 5 s off, one behind and one ahead.

use crate::check::check;
use crate::cluster::{Cluster, register};
use crate::load::Load;
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Behaviour, Random, amount, eventually, figures, index, replay, seed};
use std::time::{Duration, Instant};

/// Number of writes that the test waits for, one after the other, while others are made.
const WRITES: usize = 20;

/// Number of reads from each hub before the source responds.
const READS: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hubs_with_other_clocks_fetch_once_and_lose_nothing() -> Result<()> {
    let (seed, rounds) = (seed(), amount("REUSE_SURFACE_ROUNDS", 5));
    let cluster = Cluster::with_clocks([Some("-5s"), Some("+5s")]).await?;
    let (one, other) = (cluster.one.hub()?, cluster.other.hub()?);
    let due = index(&["capability.due"]);
    register(one, "due", &cluster.sources.index("/due", &due)).await?;
    cluster.sources.set("/due", Behaviour::Held(due.into_bytes()));
    // Without writers: a result that the busy database refuses is fetched again (decision 0124).
    for round in 0..rounds {
        let (fetched, began) = (cluster.sources.requests("/due"), Instant::now());
        // As a write of a hub does it: otherwise the hubs repeat their responses, and do not look for what is due.
        cluster.database.run(
            "UPDATE hub SET generation = generation + 1; UPDATE source_state SET next_check_at = 1 WHERE repo = 'due'",
        )?;
        for hub in [other, one].repeat(READS) {
            let read = hub.get("/v1/federated?format=json").await?;
            ensure!(read.status == 200, "{read:?}");
        }
        cluster.sources.wait_for("/due", fetched + 1).await?;
        cluster.sources.release();
        let is_checked = "SELECT count(*) FROM source_state WHERE repo = 'due' AND next_check_at > 1";
        eventually(async || Ok((cluster.number(is_checked)? > 0).then_some(()))).await?;
        for hub in [one, other] {
            hub.get("/v1/federated?format=json").await?;
        }
        let fetches = cluster.sources.requests("/due") - fetched;
        let (status, took) = (one.status("due").await?, began.elapsed());
        ensure!(fetches == 1, "round {round}: {fetches} fetches in {took:.1?}, {status}, {}", replay(seed));
    }
    let (mut load, mut longest) = (Load::start(&cluster, &mut Random::new(seed))?, Duration::ZERO);
    for _ in 0..WRITES {
        longest = longest.max(load.until_written(Instant::now()).await?);
    }
    let ledger = load.stop("clocks 10 s apart").await.with_context(|| replay(seed))?;
    let newest = check(&cluster, &ledger).await.with_context(|| replay(seed))?;
    figures(&format!(
        "clocks 10 s apart: {rounds} fetches in {rounds} times to live, revision {newest}; a write took {longest:.1?}"
    ));
    Ok(())
}
