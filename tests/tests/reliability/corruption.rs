//! A damaged database: a clear error or the right answer, and `restore` mends it.

use crate::support::{Random, amount, figures, replay, run, seed, text};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, index};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const PAGE: usize = 4096;

/// What is done to a page.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Zeroed,
    Truncated,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    DoesNotStart,
    SaysSo,
    RightAnswer,
}

#[tokio::test]
async fn damaged_pages_never_make_wrong_answers() -> Result<()> {
    let seed = seed();
    pages(&mut Random::new(seed)).await.with_context(|| replay(seed))
}

async fn pages(random: &mut Random) -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    for repo in ["a", "b", "c"] {
        let ids: Vec<String> = (0..40).map(|i| format!("capability.{repo}.n{i}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        hub.register(repo, &sources.index(&format!("/{repo}"), &index(&ids))).await?;
    }
    let served = hub.get("/v1/federated?format=json").await?;
    let folder = TempDir::new()?;
    let whole = folder.path().join("whole.db");
    let ran = run(&["backup", text(&whole), "--data-dir", text(hub.data())])?;
    ensure!(ran.code == 0, "{ran:?}");
    drop(hub);
    let bytes = fs::read(&whole)?;
    let count = bytes.len() / PAGE;
    ensure!(count >= 40, "{count} pages");

    let mut ends = Vec::new();
    let sample = amount("REUSE_SURFACE_PAGES", 10);
    for number in 0..sample.min(2 * count as u64) {
        // All of them in turn where there is time for it.
        let chosen = if sample >= 2 * count as u64 { number } else { random.below(2 * count as u64) };
        let (page, damage) = (chosen as usize / 2, [Damage::Zeroed, Damage::Truncated][chosen as usize % 2]);
        let mut damaged = bytes.clone();
        match damage {
            Damage::Zeroed => damaged[page * PAGE..(page + 1) * PAGE].fill(0),
            Damage::Truncated => damaged.truncate(page * PAGE),
        }
        ends.push(end(&damaged, &served.text).await.with_context(|| format!("page {page} of {count} {damage:?}"))?);
    }
    let data = TempDir::new()?;
    fs::write(data.path().join("reuse-surface.db"), &bytes[..bytes.len() / 2])?;
    mended(&whole, data, &served.text).await?;
    let of = |end: End| ends.iter().filter(|it| **it == end).count();
    figures(&format!(
        "{} damages: {} did not start, {} said so, {} had the right answer",
        ends.len(),
        of(End::DoesNotStart),
        of(End::SaysSo),
        of(End::RightAnswer)
    ));
    Ok(())
}

async fn end(damaged: &[u8], expected: &str) -> Result<End> {
    let data = TempDir::new()?;
    fs::write(data.path().join("reuse-surface.db"), damaged)?;
    if damaged.is_empty() {
        // That is a hub's first start.
        return Ok(End::RightAnswer);
    }
    let hub = match Hub::start_in(data, Some(TOKEN), &["--allow-private-networks"]) {
        Ok(hub) => hub,
        Err(error) => {
            let said = error.to_string();
            ensure!(said.contains("reuse-surface.db"), "{said}");
            return Ok(End::DoesNotStart);
        }
    };
    let read = hub.get("/v1/federated?format=json").await?;
    match read.status {
        200 => {
            ensure!(read.text == expected, "a wrong answer: {}", read.text);
            Ok(End::RightAnswer)
        }
        503 => {
            let code = read.json()["code"].clone();
            ensure!(code == "store-unavailable", "{code}");
            Ok(End::SaysSo)
        }
        _ => anyhow::bail!("{read:?}"),
    }
}

async fn mended(backup: &Path, data: TempDir, expected: &str) -> Result<()> {
    let ran = run(&["restore", text(backup), "--data-dir", text(data.path())])?;
    ensure!(ran.code == 0, "{ran:?}");
    let hub = Hub::start_in(data, Some(TOKEN), &[])?;
    let read = hub.get("/v1/federated?format=json").await?;
    let after = |text: &str| text.split_once("\"digest\"").map(|(_, rest)| rest.to_owned());
    let entries = |text: &str| text.split_once("\"capabilities\"").map(|(_, rest)| rest.to_owned());
    ensure!(after(&read.text).is_some() && entries(&read.text) == entries(expected), "{}", read.text);
    Ok(())
}
