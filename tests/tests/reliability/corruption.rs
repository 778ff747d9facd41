//! A damaged database: the hub gives a clear error or the right answer, and `restore` repairs it.

use crate::support::{Random, amount, figures, replay, run, seed, text};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, eventually, index};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const PAGE: usize = 4096;

/// The kind of damage to a page.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Zeroed,
    Truncated,
    /// One bit is flipped, anywhere in the page.
    Flipped,
}

/// The result of a run.
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
    for number in 0..sample.min(3 * count as u64) {
        // Tests all of them in turn if there is time.
        let chosen = if sample >= 3 * count as u64 { number } else { random.below(3 * count as u64) };
        let kinds = [Damage::Zeroed, Damage::Truncated, Damage::Flipped];
        let (page, damage) = (chosen as usize / 3, kinds[chosen as usize % 3]);
        let mut damaged = bytes.clone();
        match damage {
            Damage::Zeroed => damaged[page * PAGE..(page + 1) * PAGE].fill(0),
            Damage::Truncated => damaged.truncate(page * PAGE),
            Damage::Flipped => damaged[page * PAGE + random.below(PAGE as u64) as usize] ^= 1 << random.below(8),
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
        // This is the same as a hub's first start.
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
            ensure!(content(&read.text) == content(expected), "a wrong answer: {}", read.text);
            Ok(End::RightAnswer)
        }
        503 => {
            let code = read.json()["code"].clone();
            ensure!(code == "store-unavailable" || code == "store-damaged", "{code}");
            Ok(End::SaysSo)
        }
        _ => anyhow::bail!("{read:?}"),
    }
}

/// A document without the two fields that have no checksum: the revision's number and time.
fn content(document: &str) -> Option<&str> {
    document.split_once("\"digest\"").and_then(|(_, rest)| rest.split_once("\"sources\"")).map(|(_, rest)| rest)
}

#[tokio::test]
async fn a_flipped_bit_in_a_text_is_not_served_and_is_mended() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let paths = ["/v1/federated?format=json", "/v1/federated?format=yaml", "/v1/changes?since=0"];
    let mut served = Vec::new();
    for path in paths {
        served.push(hub.get(path).await?.text);
    }
    let folder = TempDir::new()?;
    let whole = folder.path().join("whole.db");
    ensure!(run(&["backup", text(&whole), "--data-dir", text(hub.data())])?.code == 0);
    drop(hub);
    let bytes = fs::read(&whole)?;
    let name = b"The capability.a";
    let places: Vec<usize> = (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(name)).collect();
    ensure!(places.len() >= 3, "the fragment has it in JSON and in YAML, and the search once more: {places:?}");
    let mut mended = 0;
    // Changes a byte to another letter, and to invalid UTF-8.
    for (place, bit) in places.iter().flat_map(|place| [(*place, 1), (*place, 1 << 7)]) {
        let data = TempDir::new()?;
        let database = data.path().join("reuse-surface.db");
        let mut damaged = bytes.clone();
        damaged[place] ^= bit;
        fs::write(&database, damaged)?;
        let copy = folder.path().join(format!("{place}-{bit}.db"));
        let ran = run(&["backup", text(&copy), "--data-dir", text(data.path()), "-o", "json"])?;
        ensure!(ran.code == 0, "{ran:?}");
        let of_fragment = ran.json()["mended"] == 1;
        ensure!(of_fragment == ran.stderr.contains("check the disk"), "{ran:?}");
        let hub = Hub::start_in(data, Some(TOKEN), &[])?;
        for (path, served) in paths.iter().zip(&served) {
            let read = hub.get(path).await?;
            ensure!(read.text == *served, "{place} {bit} {path}: {}", read.text);
        }
        let metrics = hub.get("/metrics").await?.text;
        let counted = metrics.contains("\nreuse_surface_fragments_mended_total 1\n");
        ensure!(counted == of_fragment, "{place} {bit}: {metrics}");
        // Another thread reads the log.
        if counted {
            eventually(async || Ok(hub.log().contains("fragment-mended").then_some(()))).await?;
        }
        let ran = run(&["backup", text(&copy), "--data-dir", text(hub.data()), "--force", "-o", "json"])?;
        ensure!(ran.code == 0 && ran.json()["mended"] == 0, "replaced in the database itself: {ran:?}");
        mended += u32::from(of_fragment);
    }
    ensure!(mended == 4, "{mended} of {places:?}");
    figures(&format!("{} flipped bits in a text: {mended} of a fragment, all mended, none served", 2 * places.len()));
    Ok(())
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
