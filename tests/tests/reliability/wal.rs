//! A damaged write-ahead log after a kill: the hub serves a consistent earlier state, reports an error, or does not start. SQLite stores the
//! latest commits in this log, with a checksum on each page.

use crate::support::{Random, amount, figures, gap_free, replay, run, seed, text};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, index};
use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;

/// The files of a killed hub, and every document that it ever served.
struct Killed {
    database: Vec<u8>,
    log: Vec<u8>,
    states: BTreeSet<String>,
}

async fn killed(sources: &Sources, names: &[&str]) -> Result<Killed> {
    let hub = Hub::start()?;
    let mut states = BTreeSet::from([document(&hub).await?]);
    for name in names {
        hub.register(name, &sources.index(&format!("/{name}"), &index(&[&format!("capability.{name}")]))).await?;
        states.insert(document(&hub).await?);
    }
    let data = hub.kill()?;
    let file = |name: &str| fs::read(data.path().join(name)).context(name.to_owned());
    let (database, log) = (file("reuse-surface.db")?, file("reuse-surface.db-wal")?);
    ensure!(log.len() > 100_000, "what was written is in the log still: {} bytes", log.len());
    Ok(Killed { database, log, states })
}

async fn document(hub: &Hub) -> Result<String> {
    let read = hub.get("/v1/federated?format=json").await?;
    // Registered but not fetched yet is also a valid state.
    let state = read.status == 200 || read.json()["code"] == "nothing-published";
    ensure!(state, "{read:?}");
    Ok(if read.status == 200 { read.text } else { String::new() })
}

/// Starts a hub on these files; `None` if it does not start or reports an error.
async fn state(database: &[u8], log: Option<&[u8]>) -> Result<Option<String>> {
    let data = TempDir::new()?;
    fs::write(data.path().join("reuse-surface.db"), database)?;
    if let Some(log) = log {
        fs::write(data.path().join("reuse-surface.db-wal"), log)?;
    }
    let hub = match Hub::start_in(data, Some(TOKEN), &["--allow-private-networks"]) {
        Ok(hub) => hub,
        Err(error) => {
            ensure!(error.to_string().contains("reuse-surface.db"), "{error}");
            return Ok(None);
        }
    };
    let read = hub.get("/v1/federated?format=json").await?;
    let code = read.json()["code"].clone();
    if read.status == 503 && (code == "store-unavailable" || code == "store-damaged") {
        return Ok(None);
    }
    let state = document(&hub).await?;
    gap_free(&hub).await?;
    let copy = hub.data().join("copy.db");
    let ran = run(&["backup", text(&copy), "--data-dir", text(hub.data())])?;
    ensure!(ran.code == 0, "it served {state}, and is not whole: {ran:?}");
    Ok(Some(state))
}

#[tokio::test]
async fn a_damaged_log_leads_to_a_whole_older_state() -> Result<()> {
    let seed = seed();
    rounds(&mut Random::new(seed)).await.with_context(|| replay(seed))
}

async fn rounds(random: &mut Random) -> Result<()> {
    let sources = Sources::start()?;
    let Killed { database, log, mut states } = killed(&sources, &["a", "b", "c"]).await?;
    // Registered but not fetched.
    states.insert(String::new());
    let newest = state(&database, Some(&log)).await?.context("it does not start after a kill")?;
    ensure!(newest.contains("capability.c"), "nothing is lost by a kill: {newest}");
    let mut older = 0;
    let mut silent = 0;
    let rounds = amount("REUSE_SURFACE_ROUNDS", 10);
    for round in 0..rounds {
        let place = random.below(log.len() as u64) as usize;
        let mut damaged = log.clone();
        match round % 2 {
            0 => damaged.truncate(place),
            _ => damaged[place] ^= 1 << random.below(8),
        }
        match state(&database, Some(&damaged)).await.with_context(|| format!("round {round}, byte {place}"))? {
            Some(state) => {
                ensure!(states.contains(&state), "round {round}, byte {place}: it never was {state}");
                older += u32::from(state != newest);
            }
            None => silent += 1,
        }
    }
    let without = state(&database, None).await?;
    ensure!(without.as_ref().is_none_or(|state| states.contains(state)), "without its log: {without:?}");
    // The log of another hub has valid checksums; the states must not be mixed.
    let other = killed(&sources, &["x", "y", "z"]).await?;
    states.extend(other.states);
    let foreign = state(&database, Some(&other.log)).await?;
    ensure!(foreign.as_ref().is_none_or(|state| states.contains(state)), "with another hub's log: {foreign:?}");
    figures(&format!("{rounds} damaged logs: {older} led to an older state, {silent} to no answer"));
    Ok(())
}
