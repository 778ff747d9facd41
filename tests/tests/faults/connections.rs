//! A database that has no connection left, because another client has them all.

use crate::check::check;
use crate::cluster::Cluster;
use crate::ledger::Outcome;
use crate::load::Load;
use anyhow::{Context as _, Result};
use end_to_end::{Random, eventually, figures, replay, seed};
use runtime::postgres_client;
use std::time::Instant;

/// How often the other client takes the hubs' connections.
const ROUNDS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hubs_without_connections_refuse_until_there_are_some() -> Result<()> {
    let seed = seed();
    let cluster = Cluster::start().await?;
    let mut load = Load::start(&cluster, &mut Random::new(seed))?;
    load.until_written(Instant::now()).await?;

    let (url, mut taken) = (cluster.database.url(), Vec::new());
    for _ in 0..ROUNDS {
        while let Ok(client) = postgres_client(&url, None).await {
            taken.push(client);
        }
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ~ '^(one|other)'";
        taken.first().context("no connection was free")?.batch_execute(sql).await?;
    }
    while let Ok(client) = postgres_client(&url, None).await {
        taken.push(client);
    }
    let refused = load.ledger.count(Outcome::Refused);
    eventually(async || Ok((load.ledger.count(Outcome::Refused) > refused).then_some(()))).await?;

    drop(taken);
    let away = load.until_written(Instant::now()).await.with_context(|| replay(seed))?;
    let ledger = load.stop("no connections").await.with_context(|| replay(seed))?;
    let newest = check(&cluster, &ledger).await.with_context(|| replay(seed))?;
    figures(&format!("no connections: writes were back after {away:.1?}, revision {newest}"));
    Ok(())
}
