//! Checks that documents are consistent.

use crate::{Answer, Hub};
use anyhow::{Context as _, Result, anyhow, ensure};
use federation::compose::{SourceLine, digest};
use federation::digest::Digest;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, Mutex};

/// The digest of the bytes seen under each tag, in all tests of this process.
static TAGGED: LazyLock<Mutex<HashMap<String, Digest>>> = LazyLock::new(Mutex::default);

/// Checks that a JSON document matches its revision, digest and counts, and has the same bytes as before under its `ETag`; returns its revision.
///
/// # Errors
/// If one of these does not hold.
pub fn document(answer: &Answer) -> Result<u64> {
    ensure!(answer.status == 200, "{}: {}", answer.status, answer.text);
    let (tag, bytes) = (answer.header("etag").to_owned(), Digest::of(answer.text.as_bytes()));
    let named = TAGGED.lock().map_err(|error| anyhow!("{error}"))?.entry(tag).or_insert_with(|| bytes.clone()).clone();
    ensure!(named == bytes, "the tag {} names other bytes than before", answer.header("etag"));
    let document: Value = serde_json::from_str(&answer.text)?;
    let revision = document["revision"].as_u64().context("no revision")?;
    ensure!(answer.header("reuse-surface-revision") == revision.to_string(), "another revision in the header");
    let sources: Vec<SourceLine> = serde_json::from_value(document["sources"].clone())?;
    ensure!(document["digest"] == digest(&sources).as_str(), "revision {revision}: the digest is of other sources");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for capability in document["capabilities"].as_array().context("no capabilities")? {
        *counts.entry(capability["source_repo"].as_str().context("no source")?).or_default() += 1;
    }
    let said: BTreeMap<&str, usize> =
        sources.iter().filter(|s| s.capability_count > 0).map(|s| (s.repo.as_str(), s.capability_count)).collect();
    ensure!(counts == said, "revision {revision}: capabilities {counts:?}, sources say {said:?}");
    Ok(revision)
}

/// Returns the newest revision after checking that all revisions are numbered from 1 without gaps.
///
/// # Errors
/// If there is a gap, or no response.
pub async fn gap_free(hub: &Hub) -> Result<u64> {
    let mut path = "/v1/federated/revisions?limit=1000".to_owned();
    let mut numbers: Vec<u64> = Vec::new();
    loop {
        let page = hub.get(&path).await?.json();
        let revisions = page["revisions"].as_array().context("no revisions")?;
        numbers.extend(revisions.iter().filter_map(|revision| revision["revision"].as_u64()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/federated/revisions?limit=1000&cursor={next}");
    }
    let newest = numbers.first().copied().unwrap_or_default();
    ensure!(numbers.iter().rev().copied().eq(1..=newest), "{numbers:?}");
    Ok(newest)
}
