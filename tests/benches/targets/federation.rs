//! Federations for measurements.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources};
use reqwest::Method;
use serde_json::json;

/// The index of source number `source`, in edition `edition`.
pub fn index(source: usize, capabilities: usize, edition: usize) -> String {
    let mut text = "version: 1\ncapabilities:\n".to_owned();
    for i in 0..capabilities {
        text.push_str(&format!(
            "- id: capability.s{source}.n{i}\n  name: Capability number {i} of source {source}\n  \
             summary: What capability number {i} of source {source} offers to others who would reuse it, in one sentence.\n  \
             tags: [alpha, beta]\n"
        ));
    }
    text.push_str(&format!("- id: capability.s{source}.edition\n  name: Edition {edition}\n"));
    text
}

/// The path of a source.
pub fn path(source: usize) -> String {
    format!("/s{source}.yaml")
}

/// Registers `count` sources, and waits until all are fetched and published.
pub async fn register(hub: &Hub, sources: &Sources, count: usize, capabilities: usize) -> Result<()> {
    for source in 0..count {
        let url = sources.index(&path(source), &index(source, capabilities, 0));
        let body = json!({"repo": format!("s{source}"), "url": url, "domain": format!("d{}", source % 10), "cache_ttl_seconds": 604_800});
        let answer = hub.write(Method::POST, "/v1/repos", &body).await?;
        ensure!(answer.status == 201, "{}", answer.text);
    }
    loop {
        let fresh = hub.get("/v1/repos?state=fresh&limit=1").await?.json();
        if fresh["total"].as_u64().context("no total")? == count as u64 {
            return Ok(());
        }
        hub.compose().await?;
    }
}
