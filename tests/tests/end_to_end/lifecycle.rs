//! The hub is started, stopped and killed.

use anyhow::Result;
use end_to_end::{Cli, Hub, Sources, eventually, index};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() -> Result<()> {
    let sources = Sources::start()?;
    let url = sources.index("/a", &index(&["capability.a"]));
    let mut hub = Hub::start()?;
    let mut acknowledged = Vec::new();
    for round in 0..5 {
        for i in 0..4 {
            let repo = format!("repo-{round}-{i}");
            let answer =
                hub.write(Method::POST, "/v1/repos", &json!({"repo": repo, "url": url, "domain": "d"})).await?;
            assert_eq!(answer.status, 201, "{}", answer.text);
            acknowledged.push(repo);
        }
        // Killed while the refreshes that the registrations started are still running.
        hub = hub.kill_and_restart()?;
        let repos = hub.get("/v1/repos?limit=1000").await?.json();
        let kept: Vec<&str> =
            repos["repos"].as_array().expect("list").iter().filter_map(|r| r["repo"].as_str()).collect();
        assert_eq!(kept, acknowledged, "round {round}");
        let health = hub.get("/health").await?;
        assert_eq!((health.status, &health.json()["status"]), (200, &json!("ok")));
    }
    // An index that was being validated when the hub was killed is suspected of having ended it, once.
    end_to_end::eventually(async || Ok((hub.compose().await?["failed"] == 0).then_some(()))).await?;
    assert_eq!(hub.document().await?["capabilities"].as_array().map(Vec::len), Some(acknowledged.len()));
    Ok(())
}

#[tokio::test]
async fn the_document_is_the_same_after_a_restart() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let before = hub.get("/v1/federated").await?;
    let hub = hub.kill_and_restart()?;
    let after = hub.get("/v1/federated").await?;
    assert_eq!((before.text.as_str(), before.header("etag")), (after.text.as_str(), after.header("etag")));
    Ok(())
}

#[tokio::test]
async fn sigterm_ends_it_well() -> Result<()> {
    let mut hub = Hub::start()?;
    assert_eq!(hub.get("/health").await?.status, 200);
    assert_eq!(hub.terminate()?, Some(0));
    Ok(())
}

#[tokio::test]
async fn private_addresses_are_refused_unless_allowed() -> Result<()> {
    let sources = Sources::start()?;
    let url = sources.index("/a", &index(&["capability.a"]));
    let hub = Hub::start_in(tempfile::TempDir::new()?, Some(end_to_end::TOKEN), &[])?;
    hub.register("a", &url).await?;
    assert_eq!(hub.status("a").await?["reason"], "address-refused");
    assert_eq!(sources.requests("/a"), 0, "not one packet reached it");
    Ok(())
}

#[tokio::test]
async fn a_registration_is_fetched_without_being_asked() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let body = json!({"repo": "a", "url": sources.index("/a", &index(&["capability.a"])), "domain": "d"});
    assert_eq!(hub.write(Method::POST, "/v1/repos", &body).await?.status, 201);
    // The fetch runs after the response; the test waits for its end.
    let state =
        eventually(async || Ok(Some(hub.status("a").await?["state"].clone()).filter(|state| state != "pending")));
    let state = state.await?;
    assert_eq!(state, "fresh");
    assert_eq!(hub.document().await?["revision"], 1);
    Ok(())
}

#[tokio::test]
async fn a_second_server_on_the_same_port_says_so() -> Result<()> {
    let hub = Hub::start()?;
    let address = hub.base().trim_start_matches("http://").to_owned();
    let data = tempfile::TempDir::new()?;
    let ran = Cli::at("http://127.0.0.1:1").inside(data.path()).run(&["serve", "--listen", &address])?;
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("--listen"), "{ran:?}");
    Ok(())
}
