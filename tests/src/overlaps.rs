//! How well a hub finds capabilities that do the same thing in two repos.

use crate::questions::folder;
use crate::{Hub, eventually};
use anyhow::{Context as _, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Two capabilities, each as `repo/id`, in order.
type Pair = (String, String);

/// What was found among the judged pairs of `tests/search`.
#[derive(Debug)]
pub struct Found {
    /// The share of the found pairs that do the same thing. Pairs that do so in part are not counted.
    pub precision: f64,
    /// The share of the pairs that do the same thing that were found.
    pub recall: f64,
    /// Pairs that were found and do not do the same thing.
    pub wrong: Vec<Pair>,
    /// Pairs that do the same thing and were not found.
    pub missed: Vec<Pair>,
}

/// Reads the overlaps of a hub that has the indexes of `tests/search`, and compares them with the judged pairs.
///
/// # Errors
/// If the hub does not answer, or has not compared everything.
pub async fn found(hub: &Hub) -> Result<Found> {
    let judged = judged()?;
    // The hub compares for two seconds at a time.
    let page = eventually(async || {
        let page = hub.get("/v1/overlaps?limit=100").await?.json();
        ensure!(page["complete"].is_boolean(), "{page}");
        Ok(Some(page).filter(|page| page["complete"] == true))
    })
    .await?;
    ensure!(page["next"].is_null(), "{page}");
    let name = |entry: &serde_json::Value| -> Option<String> {
        Some(format!("{}/{}", entry["source_repo"].as_str()?, entry["id"].as_str()?))
    };
    let pairs = page["overlaps"].as_array().context("a list of pairs")?.iter();
    let pairs: BTreeSet<Pair> = pairs
        .map(|pair| {
            let (one, other) =
                name(&pair["capabilities"][0]).zip(name(&pair["capabilities"][1])).context("two names")?;
            Ok(if one < other { (one, other) } else { (other, one) })
        })
        .collect::<Result<_>>()?;
    let same: BTreeSet<&Pair> = judged.iter().filter(|(_, grade)| **grade == 2).map(|(pair, _)| pair).collect();
    let (right, wrong): (Vec<&Pair>, Vec<&Pair>) =
        pairs.iter().filter(|pair| judged.get(*pair) != Some(&1)).partition(|pair| same.contains(pair));
    Ok(Found {
        precision: right.len() as f64 / (right.len() + wrong.len()).max(1) as f64,
        recall: right.len() as f64 / same.len().max(1) as f64,
        wrong: wrong.into_iter().cloned().collect(),
        missed: same.into_iter().filter(|pair| !pairs.contains(pair)).cloned().collect(),
    })
}

fn judged() -> Result<BTreeMap<Pair, u32>> {
    let text = fs::read_to_string(folder().join("duplicates.tsv"))?;
    let read = |line: &str| {
        let mut columns = line.split('\t');
        let (first, second, grade) = (
            columns.next().unwrap_or_default(),
            columns.next().unwrap_or_default(),
            columns.next().unwrap_or_default(),
        );
        Ok(((first.to_owned(), second.to_owned()), grade.parse().with_context(|| line.to_owned())?))
    };
    text.lines().skip(1).map(read).collect()
}
