//! Reads never wait for sources, and many reads cause only one refresh.

use anyhow::Result;
use end_to_end::{Behaviour, Hub, Sources, TOKEN, eventually, index};
use reqwest::Method;
use serde_json::{Value, json};

/// Waits until a condition holds.
async fn until<F: Future<Output = Result<bool>>>(mut condition: impl FnMut() -> F) -> Result<()> {
    eventually(|| {
        let held = condition();
        async { Ok(held.await?.then_some(())) }
    })
    .await
}

/// Registers a source that is due again immediately.
async fn register_due(hub: &Hub, repo: &str, url: &str) -> Result<()> {
    let body = json!({"repo": repo, "url": url, "domain": "d", "cache_ttl_seconds": 0});
    let answer = hub.write(Method::POST, "/v1/repos?require_valid=true", &body).await?;
    anyhow::ensure!(answer.status == 201, "{}", answer.text);
    Ok(())
}

#[tokio::test]
async fn a_read_is_answered_at_once_and_refreshes_afterwards() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    register_due(&hub, "a", &sources.index("/a", &index(&["capability.old"]))).await?;
    sources.index("/a", &index(&["capability.new"]));
    let document = hub.document().await?;
    assert_eq!(document["capabilities"][0]["id"], "capability.old", "the reader gets what there is");
    let hub = &hub;
    until(|| async move { Ok(hub.document().await?["capabilities"][0]["id"] == "capability.new") }).await
}

#[tokio::test]
async fn a_hundred_reads_of_an_overdue_federation_cause_one_refresh() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let text = index(&["capability.a"]);
    register_due(&hub, "a", &sources.index("/a", &text)).await?;
    // The refresh hangs at the source, so every read finds it still running.
    sources.set("/a", Behaviour::Hang);
    let asked = sources.requests("/a");
    let reads: Vec<_> = (0..100).map(|_| hub.get("/v1/federated")).collect();
    let mut tags = Vec::new();
    for read in reads {
        let answer = read.await?;
        assert_eq!(answer.status, 200);
        tags.push(answer.header("etag").to_owned());
    }
    tags.dedup();
    assert_eq!(tags.len(), 1);
    let sources = &sources;
    until(|| async move { Ok(sources.requests("/a") > asked) }).await?;
    assert_eq!(sources.requests("/a"), asked + 1);
    Ok(())
}

#[tokio::test]
async fn a_refresh_goes_on_when_the_reader_hangs_up() -> Result<()> {
    use std::io::{Read as _, Write as _};
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    register_due(&hub, "a", &sources.index("/a", &index(&["capability.old"]))).await?;
    sources.index("/a", &index(&["capability.new"]));
    let address = hub.base().trim_start_matches("http://").to_owned();
    let mut stream = std::net::TcpStream::connect(&address)?;
    stream.write_all(format!("GET /v1/federated HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes())?;
    // The client disconnects as soon as the response begins; the refresh is then running.
    stream.read_exact(&mut [0])?;
    drop(stream);
    let hub = &hub;
    // This request does not trigger a refresh.
    until(|| async move {
        let log = hub.get("/v1/federated/revisions").await?.json();
        Ok(log["revisions"][0]["revision"] == 2 && log["revisions"][0]["actor"] == "hub")
    })
    .await
}

#[tokio::test]
async fn a_hanging_source_does_not_delay_the_others() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    for i in 0..5 {
        register_due(&hub, &format!("good-{i}"), &sources.index(&format!("/good-{i}"), &index(&["capability.old"])))
            .await?;
    }
    register_due(&hub, "hanging", &sources.index("/hanging", &index(&["capability.h"]))).await?;
    register_due(&hub, "trickling", &sources.index("/trickling", &index(&["capability.t"]))).await?;
    sources.set("/hanging", Behaviour::Hang);
    sources.set("/trickling", Behaviour::Trickle);
    for i in 0..5 {
        sources.index(&format!("/good-{i}"), &index(&["capability.new"]));
    }
    let compose = hub.send(hub.request(Method::POST, "/v1/federated/compose?force=true").bearer_auth(TOKEN));
    let published = until(|| async {
        let document = hub.get("/v1/federated?format=json").await?.json();
        let new =
            document["capabilities"].as_array().into_iter().flatten().filter(|c| c["id"] == "capability.new").count();
        Ok(new == 5)
    });
    // The five sources are published while the compose request still waits for the other two.
    let mut compose = std::pin::pin!(compose);
    let mut published = std::pin::pin!(published);
    tokio::select! {
        early = &mut compose => panic!("it did not wait for the slow sources: {early:?}\n{}", hub.log()),
        done = &mut published => done?,
    }
    let report = compose.await?.json();
    let outcome = |repo: &str| -> Value {
        report["sources"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|s| s["repo"] == repo)
            .map(|s| s["reason"].clone())
            .unwrap_or_default()
    };
    assert_eq!((outcome("hanging"), outcome("trickling")), (json!("read-timeout"), json!("timeout")), "{report}");
    Ok(())
}

#[tokio::test]
async fn the_timer_keeps_sources_fresh_when_nobody_reads() -> Result<()> {
    let sources = Sources::start()?;
    let arguments = ["--allow-private-networks", "--refresh-interval", "1s"];
    let hub = Hub::start_in(tempfile::TempDir::new()?, Some(TOKEN), &arguments)?;
    register_due(&hub, "a", &sources.index("/a", &index(&["capability.old"]))).await?;
    sources.index("/a", &index(&["capability.new"]));
    let watched = &hub;
    until(|| async move {
        let log = watched.get("/v1/federated/revisions").await?.json();
        Ok(log["revisions"][0]["revision"] == 2)
    })
    .await?;
    assert!(!hub.log().contains("got no response"), "{}", hub.log());
    Ok(())
}

#[tokio::test]
async fn data_older_than_asked_for_is_refused() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    register_due(&hub, "a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let fresh = hub.get("/v1/federated?max_staleness=3600").await?;
    assert_eq!(fresh.status, 200);
    assert!(fresh.header("reuse-surface-verified").starts_with("20"));
    sources.set("/a", Behaviour::Status(500, String::new()));
    let hub = &hub;
    until(|| async move { Ok(hub.get("/v1/federated?max_staleness=0").await?.status == 503) }).await?;
    let stale = hub.get("/v1/federated?max_staleness=0").await?;
    assert_eq!((&stale.json()["code"], stale.header("retry-after").is_empty()), (&json!("too-stale"), false));
    assert_eq!(hub.get("/v1/federated?max_staleness=3600").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn back_off_holds_until_somebody_asks() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.set("/a", Behaviour::Status(429, "retry-after: 600\r\n".into()))).await?;
    // A refresh that the registration began may still be on its way.
    until(|| async {
        let asked = sources.requests("/a");
        let due = hub.send(hub.request(Method::POST, "/v1/federated/compose").bearer_auth(TOKEN)).await?.json();
        Ok(due["sources"][0]["outcome"] == "not-due" && sources.requests("/a") == asked)
    })
    .await?;
    let asked = sources.requests("/a");
    let status = hub.status("a").await?;
    assert_eq!((&status["http_status"], &status["reason"]), (&json!(429), &json!("http-status")));
    let answer = hub.write(Method::POST, "/v1/repos/a/refresh", &Value::Null).await?;
    assert_eq!((answer.json()["source"]["outcome"].clone(), sources.requests("/a")), (json!("failed"), asked + 1));
    Ok(())
}
