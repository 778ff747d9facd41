//! Writers that hold the lock and stall: another client, or a hub that is stopped; and one that sleeps longer than its lease.

use crate::check::check;
use crate::cluster::{Cluster, register};
use crate::load::Load;
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Behaviour, Random, TOKEN, eventually, figures, index, replay, seed};
use reqwest::Method;
use runtime::postgres_client;
use serde_json::json;
use std::time::Instant;

/// Number of reads that must be answered while no write can be.
const READS: u64 = 100;

/// Number of the hubs' connections that wait for the lock.
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE application_name ~ '^(one|other)' AND wait_event_type = 'Lock'";

/// Number of idle transactions of the hub `one` that have the lock.
const HOLDING: &str = "SELECT count(*) FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE application_name LIKE 'one%' AND state = 'idle in transaction'
        AND relation = 'hub'::regclass AND mode = 'RowExclusiveLock'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaked_transaction_stops_writes_and_not_reads() -> Result<()> {
    let seed = seed();
    let cluster = Cluster::start().await?;
    let mut load = Load::start(&cluster, &mut Random::new(seed))?;
    load.until_written(Instant::now()).await?;

    let other = postgres_client(&cluster.database.url(), None).await?;
    other.batch_execute("BEGIN; UPDATE hub SET generation = generation + 1").await?;
    // Each hub has as many waiting writers as it allows, or all that there are.
    eventually(async || Ok((cluster.number(WAITING)? >= 14).then_some(()))).await?;
    let (answered, failed) = load.reads();
    eventually(async || Ok((load.reads().0 >= answered + READS || load.reads().1 > failed).then_some(()))).await?;
    ensure!(load.reads().1 == failed, "reads failed while writers waited");

    drop(other);
    let away = load.until_written(Instant::now()).await.with_context(|| replay(seed))?;
    let ledger = load.stop("leaked transaction").await.with_context(|| replay(seed))?;
    let newest = check(&cluster, &ledger).await.with_context(|| replay(seed))?;
    figures(&format!("leaked transaction: writes were back after {away:.1?}, revision {newest}"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_that_is_stopped_inside_a_transaction_stops_the_other_for_seconds() -> Result<()> {
    let seed = seed();
    let cluster = Cluster::start().await?;
    let mut load = Load::start(&cluster, &mut Random::new(seed))?;
    load.until_written(Instant::now()).await?;

    let since = eventually(async || {
        let since = Instant::now();
        cluster.one.signal("STOP")?;
        if cluster.number(HOLDING)? > 0 {
            return Ok(Some(since));
        }
        cluster.one.signal("CONT")?;
        Ok(None)
    })
    .await?;
    let away = load.until_written(since).await.with_context(|| replay(seed))?;
    cluster.one.signal("CONT")?;
    load.until_written(Instant::now()).await?;
    let ledger = load.stop("stopped hub").await.with_context(|| replay(seed))?;
    let newest = check(&cluster, &ledger).await.with_context(|| replay(seed))?;
    figures(&format!("stopped hub: writes were back after {away:.1?}, revision {newest}"));
    Ok(())
}

#[tokio::test]
async fn a_hub_that_slept_longer_than_its_lease_overwrites_nothing() -> Result<()> {
    let cluster = Cluster::start().await?;
    let (sources, one, other) = (&cluster.sources, cluster.one.hub()?, cluster.other.hub()?);
    register(one, "a", &sources.index("/a", &index(&["capability.a.v1"]))).await?;
    sources.set("/a", Behaviour::Held(index(&["capability.a.v2"]).into_bytes()));
    let asked = sources.requests("/a");
    let slow = one.send(one.request(Method::POST, "/v1/repos/a/refresh").bearer_auth(TOKEN));
    let meanwhile = async {
        sources.wait_for("/a", asked + 1).await?;
        cluster.one.signal("STOP")?;
        // As if a minute had passed.
        cluster.database.run("UPDATE leases SET expires_at = 1")?;
        sources.index("/a", &index(&["capability.a.v3"]));
        let answer = other.write(Method::POST, "/v1/repos/a/refresh", &json!(null)).await?;
        ensure!(answer.status == 200, "{answer:?}");
        cluster.one.signal("CONT")?;
        sources.release();
        Ok(())
    };
    let (answer, done) = tokio::join!(slow, meanwhile);
    done?;
    let answer = answer?;
    ensure!(answer.status == 200 && answer.json()["published"] == false, "{answer:?}");
    for hub in [one, other] {
        ensure!(hub.document().await?["capabilities"][0]["id"] == "capability.a.v3");
    }
    Ok(())
}
