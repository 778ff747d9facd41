//! `reuse-surface smoke` and `hub health` against a real hub.

use anyhow::{Context as _, Result};
use end_to_end::{Cli, Hub, Sources, index};
use serde_json::Value;

fn outcomes(report: &Value) -> Vec<String> {
    let word = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let checks = report["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
    checks.iter().map(|check| format!("{}: {}", word(check, "check"), word(check, "outcome"))).collect()
}

#[tokio::test]
async fn a_hub_that_is_well_passes_and_is_left_as_it_was() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("state-hub", &sources.index("/i.yaml", &index(&["state.read", "state.write"]))).await?;
    let before = (hub.get("/v1/federated").await?.text, hub.get("/v1/repos").await?.text);

    let requests = sources.requests("/i.yaml");
    let ran = Cli::new(&hub).run(&["smoke", "-o", "json"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    let expected =
        ["health: ok", "tls: skipped", "federated: ok", "writes-refused: ok", "round-trip: ok", "outbound: ok"];
    assert_eq!(outcomes(&ran.json()), expected, "{ran:?}");

    let after = (hub.get("/v1/federated").await?.text, hub.get("/v1/repos").await?.text);
    assert_eq!(before, after);
    assert_eq!(sources.requests("/i.yaml"), requests + 1, "the hub fetched it for the check");
    Ok(())
}

#[tokio::test]
async fn a_source_that_went_away_fails_the_check_of_the_way_out() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let url = sources.index("/i.yaml", &index(&["state.read"]));
    hub.register("state-hub", &url).await?;
    sources.set("/i.yaml", end_to_end::Behaviour::Raw(Vec::new()));

    let ran = Cli::new(&hub).run(&["smoke", "-o", "json"])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    let report = ran.json();
    let outbound = report["checks"].as_array().and_then(|checks| checks.last()).context("no checks")?;
    assert_eq!(outbound["outcome"], "failed");
    assert!(outbound["detail"].as_str().unwrap_or_default().contains(&url), "{outbound}");
    Ok(())
}

#[tokio::test]
async fn an_empty_hub_that_takes_no_writes_is_well() -> Result<()> {
    let hub = Hub::start_in(tempfile::TempDir::new()?, None, &[])?;
    let ran = Cli::new(&hub).with_token(None).run(&["smoke"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("ok       writes-refused: 403 writes-disabled"), "{ran:?}");

    let ran = Cli::new(&hub).run(&["smoke"])?;
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stdout.contains("failed   round-trip: register:"), "{ran:?}");

    for words in [&["hub", "health"][..], &["hub", "health", "--live"]] {
        assert_eq!(Cli::new(&hub).run(words)?.code, 0);
    }
    Ok(())
}
