//! The pages of a hub with sources in every state, in a real browser.

use anyhow::{Context as _, Result};
use end_to_end::{Hub, Sources, index, tools};
use reqwest::Method;
use serde_json::{Value, json};
use std::process::Command;

const OWN: &str = include_str!("../../../registry/indexes/capabilities.yaml");
const SIBLING: &str = include_str!("../../../registry/indexes/state-hub.yaml");
const ATTACK: &str = r#"</title></style></script>"><script>alert(1)</script><img src=x onerror=alert(1)>"#;

/// Sources in every state, with honest and hostile content.
async fn everything(hub: &Hub, sources: &Sources) -> Result<()> {
    let ids: Vec<String> = (0..30).map(|i| format!("capability.billing.invoice-{i}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let hostile = format!(
        "version: 1\ncapabilities:\n- id: capability.state.lease\n  name: {attack}\n  summary: {summary}\n  status: {attack}\n  tags: [{attack}, {word}]\n  homepage: javascript:alert(1)\n  docs: https://example.org/{attack_path}\n  nested: {{a: [1, {attack}], b: null}}\n- id: capability.{long}\n  title: {word}\n",
        attack = json!(ATTACK),
        attack_path = "%22%3E%3Cscript%3E",
        summary = json!(format!("{ATTACK} \u{202e}desrever {}", "word ".repeat(12_000))),
        word = json!("W".repeat(190)),
        long = "l".repeat(180),
    );
    let broken = "version: 1\ncapabilities:\n  - id: Capability.Broken\n    name: 7\n  - id: capability.x\n    name: x\n    tags: tag\n  - id: capability.x\n    name: x\n";
    for (repo, domain, description, text) in [
        ("reuse-surface", "registry", "The federation hub itself", OWN),
        ("state-hub", "infotech", "", SIBLING),
        ("billing", "finance", "Invoices and dunning", &index(&ids)),
        ("ledger", "finance", "", &index(&["capability.ledger.book", "capability.state.lease"])),
        ("hostile", "test", ATTACK, &hostile),
        ("broken", "test", "Never published a valid index", broken),
        ("a-page", "test", "", "<!doctype html><title>Sign in</title>"),
        ("shouting", "test", "", &format!("version: 1\ncapabilities:\n- id: a.b\n  name: {}\n", "x".repeat(100_000))),
    ] {
        let url = sources.index(&format!("/{repo}.yaml"), text);
        let body = json!({"repo": repo, "url": url, "domain": domain, "description": description, "required": repo == "ledger"});
        let answer = hub.write(Method::POST, "/v1/repos", &body).await?;
        anyhow::ensure!(answer.status == 201, "{}", answer.text);
    }
    let off = json!({"repo": "attic", "url": sources.url("/attic.yaml"), "domain": "test", "enabled": false});
    hub.write(Method::POST, "/v1/repos", &off).await?;
    hub.write(Method::POST, "/v1/repos", &json!({"repo": "gone", "url": "http://127.0.0.1:1/x", "domain": "test"}))
        .await?;
    hub.compose().await?;
    sources.index("/billing.yaml", &index(&["capability.billing.invoice-0", "capability.billing.dunning"]));
    sources.index(
        "/ledger.yaml",
        &format!("{}  - id: capability.ledger.book\n    name: again\n", index(&["capability.ledger.book"])),
    );
    hub.compose().await?;
    Ok(())
}

#[tokio::test]
async fn every_page_works_in_a_browser() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/pages.mjs");
    let tools = tools();
    let walk = |paths: &[&str]| -> Result<Value> {
        let output = Command::new("node")
            .arg(script)
            .arg(hub.base())
            .arg(&tools)
            .args(paths)
            .output()
            .context("node cannot be started: `cargo xtask tools` installs it")?;
        serde_json::from_slice(&output.stdout).with_context(|| {
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
        })
    };
    let empty = walk(&["/"])?;
    assert_eq!(empty["problems"], json!([]), "{empty:#}");

    everything(&hub, &sources).await?;
    let found = walk(&[
        "/",
        "/repos",
        "/repos?state=stale",
        "/capabilities",
        "/capabilities?q=invoice&domain=finance",
        "/capabilities/capability.state.lease",
        "/capabilities/capability.state.leas",
        "/repos/reuse-surface",
        "/repos/ledger",
        "/repos/billing",
        "/repos/broken",
        "/repos/shouting",
        "/repos/hostile",
        "/repos/gone",
        "/repos/attic",
        "/repos/nobody",
        "/revisions",
        "/revisions/1",
        "/demand",
        "/overlaps",
        "/nothing",
    ])?;
    assert_eq!(found["problems"], json!([]), "{found:#}");
    assert!(found["links"].as_u64() > Some(30), "{found:#}");
    Ok(())
}
