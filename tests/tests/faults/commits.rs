//! Connections that the server ends at any moment, right before a commit, and right after one.

use crate::check::{check, registrations};
use crate::cluster::Cluster;
use crate::load::Load;
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Random, amount, eventually, figures, replay, seed};
use std::collections::BTreeSet;
use std::time::Instant;

/// Delays each commit of a writer.
const SLOW_COMMIT: &str = "CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow_commit AFTER UPDATE ON hub DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION slow_commit()";

/// Ends connections of the hubs whose process is in this state, until `times` of them were ended. One that has not ended yet is found again.
async fn terminate(cluster: &Cluster, state: &str, times: u64) -> Result<()> {
    let sql = format!(
        "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name ~ '^(one|other)' AND {state}"
    );
    let mut terminated = BTreeSet::new();
    eventually(async || {
        let rows = cluster.database.run(&sql)?;
        terminated.extend(rows.lines().filter_map(|row| row.strip_suffix("|t")).map(str::to_owned));
        Ok((terminated.len() as u64 >= times).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_connection_ended_is_whole_or_absent() -> Result<()> {
    let (seed, times) = (seed(), amount("REUSE_SURFACE_ROUNDS", 20));
    let cluster = Cluster::start().await?;
    let (database, mut load) = (&cluster.database, Load::start(&cluster, &mut Random::new(seed))?);
    load.until_written(Instant::now()).await?;
    terminate(&cluster, "state <> 'idle'", times).await?;

    database.run(SLOW_COMMIT)?;
    terminate(&cluster, "state = 'active' AND query = 'COMMIT'", times).await?;
    database.run("DROP TRIGGER slow_commit ON hub")?;
    load.until_written(Instant::now()).await?;

    // A commit that waits for a standby has been made, and becomes visible once its connection has ended.
    database.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")?;
    database.run("SELECT pg_reload_conf()")?;
    terminate(&cluster, "wait_event = 'SyncRep'", times).await?;
    database.run("ALTER SYSTEM RESET synchronous_standby_names")?;
    database.run("SELECT pg_reload_conf()")?;
    let away = load.until_written(Instant::now()).await?;

    let ledger = load.stop("connections ended").await.with_context(|| replay(seed))?;
    let newest = check(&cluster, &ledger).await.with_context(|| replay(seed))?;
    let found = registrations(cluster.one.hub()?).await?;
    let unknown = ledger.unknown();
    let is_made =
        |repo: &str, version: usize, registers: bool| found.get(repo).copied() == Some(version).filter(|_| registers);
    let made = unknown.iter().filter(|(repo, (version, registers))| is_made(repo, *version, *registers)).count();
    ensure!(
        made > 0 && made < unknown.len(),
        "{made} of {} unknown outcomes were made: too few of a kind",
        unknown.len()
    );
    figures(&format!(
        "connections ended: of {} writes with an unknown outcome {made} were made; writes were back after {away:.1?}, revision {newest}",
        unknown.len()
    ));
    Ok(())
}
