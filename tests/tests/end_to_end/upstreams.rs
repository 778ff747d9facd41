//! Hubs that follow each other over real sockets, with the command line.

use crate::front::ProxyInFront;
use anyhow::{Result, ensure};
use end_to_end::{Cli, Hub, Sources, TOKEN, eventually, index};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A hub that knows the URL at which it is reached.
async fn hub() -> Result<(Hub, String)> {
    let (front, base) = ProxyInFront::start().await?;
    let hub = Hub::start_in(TempDir::new()?, Some(TOKEN), &["--allow-private-networks", "--public-url", &base])?;
    front.lead_to(Some(&hub));
    Ok((hub, base))
}

/// Sets an upstream, or sets it again, which does not wait for the next turn.
fn set(hub: &Hub, name: &str, url: &str) -> Result<()> {
    let ran = Cli::new(hub).run(&["hub", "upstream", "set", name, "--url", url, "--transitive"])?;
    ensure!(ran.code == 0, "{ran:?}");
    Ok(())
}

/// Waits until a hub publishes these repos, with the hubs that they came through.
async fn publishes(hub: &Hub, expected: &Value) -> Result<()> {
    eventually(async || {
        let manifest = hub.get("/v1/federated/manifest").await?.json();
        let lines = manifest["sources"].as_array().cloned().unwrap_or_default();
        let found: Vec<Value> = lines.iter().map(|line| json!([line["repo"], line["via"]])).collect();
        Ok((json!(found) == *expected).then_some(()))
    })
    .await
}

#[tokio::test]
async fn three_hubs_in_a_ring_publish_the_same_and_forget_the_same() -> Result<()> {
    let sources = Sources::start()?;
    let ((a, at_a), (b, at_b), (c, at_c)) = (hub().await?, hub().await?, hub().await?);
    let url = sources.index("/one.yaml", &index(&["capability.one"]));
    a.register("one", &url).await?;
    a.compose().await?;
    let follow = || set(&b, "a", &at_a);
    let follow_on = || set(&c, "b", &at_b);
    let follow_back = || set(&a, "c", &at_c);
    follow()?;
    publishes(&b, &json!([["one", [at_a]]])).await?;
    follow_on()?;
    publishes(&c, &json!([["one", [at_b, at_a]]])).await?;
    follow_back()?;
    let shown = Cli::new(&c).run(&["hub", "upstream", "show", "b", "-o", "json"])?.json();
    assert_eq!((&shown["status"]["published"], &shown["status"]["state"]), (&json!(1), &json!("current")), "{shown}");
    let listed = Cli::new(&c).run(&["hub", "upstream", "list"])?;
    ensure!(listed.code == 0 && listed.stdout.contains(&at_b), "{listed:?}");
    let document = c.get("/v1/federated?format=json").await?;
    ensure!(document.text.contains("capability.one"), "{}", document.text);

    let gone = a.write(Method::DELETE, "/v1/repos/one", &Value::Null).await?;
    ensure!(gone.status == 204, "{}", gone.text);
    follow()?;
    publishes(&b, &json!([])).await?;
    follow_on()?;
    publishes(&c, &json!([])).await?;
    follow_back()?;
    publishes(&a, &json!([])).await?;
    let removed = Cli::new(&c).run(&["hub", "upstream", "remove", "b"])?;
    ensure!(removed.code == 0, "{removed:?}");
    Ok(())
}
