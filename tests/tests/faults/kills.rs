//! Processes that are killed: hubs, one of the database's processes, and all of them.

use crate::check::check;
use crate::cluster::{Cluster, send_signal};
use crate::load::Load;
use anyhow::{Context as _, Result};
use end_to_end::{Random, amount, eventually, figures, replay, seed};
use std::time::{Duration, Instant};

/// Causes a fault in each round, at a random moment, and waits until writes succeed again.
async fn rounds(
    what: &str,
    in_ci: u64,
    fault: impl AsyncFn(&mut Cluster, &mut Random) -> Result<()>,
    repair: impl AsyncFn(&mut Cluster) -> Result<()>,
) -> Result<()> {
    let seed = seed();
    let mut random = Random::new(seed);
    let (mut cluster, rounds) = (Cluster::start().await?, amount("REUSE_SURFACE_ROUNDS", in_ci));
    let mut load = Load::start(&cluster, &mut random)?;
    let mut longest = Duration::ZERO;
    for round in 0..rounds {
        let context = || format!("round {round}, {}", replay(seed));
        load.until_written(Instant::now()).await.with_context(context)?;
        tokio::time::sleep(Duration::from_millis(random.below(400))).await;
        fault(&mut cluster, &mut random).await.with_context(context)?;
        let since = Instant::now();
        repair(&mut cluster).await.with_context(context)?;
        longest = longest.max(load.until_written(since).await.with_context(context)?);
    }
    let ledger = load.stop(what).await.with_context(|| replay(seed))?;
    let newest = check(&cluster, &ledger).await.with_context(|| replay(seed))?;
    figures(&format!("{what}: {rounds} times, writes were back after {longest:.1?} at most, revision {newest}"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_hubs_lose_nothing() -> Result<()> {
    let kill = async |cluster: &mut Cluster, random: &mut Random| {
        let which = random.below(3);
        if which != 0 {
            cluster.one.kill();
        }
        if which != 1 {
            cluster.other.kill();
        }
        Ok(())
    };
    let repair = async |cluster: &mut Cluster| {
        cluster.one.start_if_killed()?;
        cluster.other.start_if_killed()
    };
    rounds("hubs killed", 6, kill, repair).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_of_the_database_loses_nothing() -> Result<()> {
    let kill = async |cluster: &mut Cluster, random: &mut Random| {
        // The one that is chosen may end before it is killed.
        eventually(async || {
            let backends = cluster.backends()?;
            let one = backends.get(random.below(backends.len().max(1) as u64) as usize);
            Ok(one.and_then(|one| send_signal("KILL", *one).ok()))
        })
        .await
    };
    // The postmaster ends all other processes, and recovers by itself.
    rounds("a process of PostgreSQL killed", 3, kill, async |_| Ok(())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_database_loses_nothing() -> Result<()> {
    let kill = async |cluster: &mut Cluster, _: &mut Random| cluster.database.kill();
    let repair = async |cluster: &mut Cluster| cluster.database.start_again();
    rounds("PostgreSQL killed", 3, kill, repair).await
}
