//! What `serve` logs about requests, and what it does not.

use anyhow::Result;
use end_to_end::{Hub, Sources, TOKEN, eventually};
use reqwest::Method;
use serde_json::{Value, json};

/// The access line of a request; it is written shortly after the response.
async fn line(hub: &Hub, id: &str) -> Result<Value> {
    eventually(async || {
        let log = hub.log();
        let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(lines.find(|line| line["request_id"] == id))
    })
    .await
}

#[tokio::test]
async fn every_request_has_its_line_and_no_secret_is_in_it() -> Result<()> {
    let hub = Hub::start()?;
    let request = hub.request(Method::GET, "/v1/repos/none?token=in-the-query");
    let answer = hub.send(request.bearer_auth("in-the-header").header("x-request-id", "id-1")).await?;
    let first = line(&hub, "id-1").await?;
    assert_eq!(
        (&first["method"], &first["path"], &first["route"], &first["status"], &first["bytes"], &first["level"]),
        (
            &json!("GET"),
            &json!("/v1/repos/none"),
            &json!("/v1/repos/{repo}"),
            &json!(404),
            &json!(answer.text.len()),
            &json!("INFO")
        )
    );
    assert!(first["microseconds"].is_u64() && first["timestamp"].is_string(), "{first}");
    let body = json!({"repo": "a", "url": "https://user:in-the-url@example.org/x", "domain": "d"});
    let write = hub.request(Method::POST, "/v1/repos").bearer_auth(TOKEN).json(&body).header("x-request-id", "id-2");
    assert_eq!(hub.send(write).await?.status, 422);
    assert_eq!(line(&hub, "id-2").await?["status"], 422);
    let log = hub.log();
    for secret in [TOKEN, "in-the-query", "in-the-header", "in-the-url"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    Ok(())
}

#[tokio::test]
async fn the_last_lines_are_written_before_the_end() -> Result<()> {
    let mut hub = Hub::start()?;
    hub.send(hub.request(Method::GET, "/health").header("x-request-id", "id-last")).await?;
    assert_eq!(hub.terminate()?, Some(0));
    assert_eq!(line(&hub, "id-last").await?["status"], 200);
    Ok(())
}

/// The first event from the component, under any host, with this value in a field.
async fn event(hub: &Hub, field: &str, value: &str) -> Result<Value> {
    eventually(async || {
        let of_component = |line: Value| serde_json::from_str::<Value>(line["message"].as_str()?).ok();
        let lines = hub.log();
        let mut events = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).filter_map(of_component);
        Ok(events.find(|event| event[field] == value))
    })
    .await
}

#[tokio::test]
async fn the_component_writes_a_line_for_each_write_and_refusal() -> Result<()> {
    let hub = Hub::start()?;
    let body = json!({"repo": "a", "url": "https://example.org/x", "domain": "d", "enabled": false});
    for (id, token, status, name, actor) in [
        ("id-1", TOKEN, 201, "write", json!("bootstrap")),
        ("id-2", "not-this-one", 401, "refused", Value::Null),
        ("id-3", TOKEN, 409, "refused", json!("bootstrap")),
    ] {
        let request = hub.request(Method::POST, "/v1/repos").bearer_auth(token).json(&body).header("x-request-id", id);
        assert_eq!(hub.send(request).await?.status, status);
        let event = event(&hub, "request_id", id).await?;
        assert_eq!(
            (&event["event"], &event["status"], &event["method"], &event["path"], &event["actor"]),
            (&json!(name), &json!(status), &json!("POST"), &json!("/v1/repos"), &actor),
            "{event}"
        );
    }
    let log = hub.log();
    assert!(!log.contains("not-this-one") && !log.contains(TOKEN));
    Ok(())
}

#[tokio::test]
async fn the_component_writes_a_line_for_each_check_that_failed() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("broken", &sources.index("/broken", "capabilities: [")).await?;
    let event = event(&hub, "event", "check-failed").await?;
    assert_eq!((&event["repo"], &event["code"]), (&json!("broken"), &json!("invalid-yaml")), "{event}");
    assert!(event["why"].as_str().is_some_and(|why| why.contains("1:")) && event["time"].is_string(), "{event}");
    Ok(())
}
