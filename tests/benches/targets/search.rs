//! The search: how well it answers, how fast, and what it costs where no responses are cached.

use crate::load::requests_of_many;
use crate::table::{Table, milliseconds};
use anyhow::{Result, ensure};
use end_to_end::overlaps::{self, Found};
use end_to_end::questions::{Quality, Set, cranfield, folder, path};
use end_to_end::{Hub, Sources};
use reqwest::Method;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

/// The folder of the Cranfield collection, which is not part of this repository.
const CRANFIELD: &str = "CRANFIELD";

/// Another file of questions about the same indexes.
const QUESTIONS: &str = "QUESTIONS";

const SECONDS: u32 = 5;

/// Measures the quality on the questions of `tests/search`, on those of `QUESTIONS`, and on the collection in `CRANFIELD`.
pub async fn measure(table: &mut Table) -> Result<()> {
    let questions = std::env::var_os(QUESTIONS).map_or_else(|| folder().join("questions.tsv"), PathBuf::from);
    quality(table, "questions", &Set::read(&folder(), &questions)?, 0.75).await?;
    if let Some(folder) = std::env::var_os(CRANFIELD) {
        quality(table, "Cranfield", &cranfield(&PathBuf::from(folder))?, 0.40).await?;
    }
    speed(table, 3, "≥ 1500/s").await?;
    speed(table, 56, "p95 ≤ 15 ms").await
}

async fn quality(table: &mut Table, name: &str, set: &Set, target: f64) -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    set.register(&hub, &sources).await?;
    if name == "questions" {
        let Found { precision, recall, missed, .. } = overlaps::found(&hub).await?;
        table.row("overlaps: precision", &format!("{precision:.2}"), "", "≥ 0.80");
        table.row("overlaps: recall", &format!("{recall:.2}"), &format!("{} missed", missed.len()), "≥ 0.70");
    }
    let Quality { ndcg, recall, by_kind, empty, answerable, recognised, stale } = set.ask(&hub).await?;
    let kinds: Vec<String> = by_kind.iter().map(|(kind, ndcg)| format!("{kind} {ndcg:.3}")).collect();
    table.row(&format!("{name}: nDCG@10"), &format!("{ndcg:.3}"), &kinds.join(", "), &format!("≥ {target:.2}"));
    table.row(&format!("{name}: recall@5"), &format!("{recall:.3}"), "", "≥ 0.78 of questions");
    let without = 100.0 * empty as f64 / answerable as f64;
    table.row(
        &format!("{name}: without any result"),
        &format!("{without:.1} %"),
        &format!("{answerable} questions"),
        "≤ 2 %",
    );
    let (told, all) = recognised;
    table.row(&format!("{name}: nothing fits, and it is said"), &format!("{told} of {all}"), "", "≥ 9 of 10");
    table.row(&format!("{name}: deprecated above its successor"), &format!("{stale}"), "", "0");
    Ok(())
}

/// Measures different questions about copies of the indexes, so that every answer is computed.
async fn speed(table: &mut Table, copies: usize, target: &str) -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let set = Set::read(&folder(), &folder().join("questions.tsv"))?;
    let mut capabilities = 0;
    for copy in 0..copies {
        for (repo, text) in &set.indexes {
            capabilities += text.matches("- id: capability.").count();
            let text = text.replace("capability.", &format!("capability.c{copy}."));
            let url = sources.index(&format!("/{repo}-{copy}"), &text.replace(repo, &format!("{repo}-{copy}")));
            let body =
                json!({"repo": format!("{repo}-{copy}"), "url": url, "domain": "test", "cache_ttl_seconds": 604_800});
            let answer = hub.write(Method::POST, "/v1/repos?require_valid=true", &body).await?;
            ensure!(answer.status == 201, "{}", answer.text);
        }
    }
    let found = hub.get("/v1/capabilities?limit=1").await?.json();
    ensure!(found["total"].as_u64() == u64::try_from(capabilities).ok(), "{capabilities} capabilities: {found}");
    let paths: Vec<String> = set
        .questions
        .iter()
        .map(|question| format!("{}&fields=f", path(&question.text).replace("fields=id&", "")))
        .collect();
    let mut times = Vec::new();
    for (n, path) in paths.iter().cycle().take(600).enumerate() {
        let begun = Instant::now();
        hub.get(&format!("{path}{n}")).await?;
        times.push(begun.elapsed());
    }
    times.sort();
    let p95 = times.get(times.len() * 95 / 100).copied().unwrap_or_default();
    let rate = requests_of_many(hub.base(), &paths, SECONDS)?;
    table.row(
        &format!("search among {capabilities} capabilities, no answer kept"),
        &format!("{rate:.0}/s, p95 {}", milliseconds(p95)),
        &format!("{} different questions", paths.len()),
        target,
    );
    Ok(())
}
