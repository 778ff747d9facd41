//! Two clients never overwrite each other unknowingly.

use crate::ports::Hub;
use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;

async fn patch(hub: &Hub, if_match: Option<&[u8]>, body: Value) -> http::Response<bytes::Bytes> {
    let mut request = http::Request::patch("/v1/repos/a")
        .header("authorization", "Bearer t")
        .header("content-type", "application/merge-patch+json");
    if let Some(tag) = if_match {
        request = request.header("if-match", tag);
    }
    hub.send(request.body(Body::from(body.to_string())).expect("a request")).await
}

async fn read(hub: &Hub) -> (String, Value) {
    let response = hub.send(http::Request::get("/v1/repos/a").body(Body::empty()).expect("a request")).await;
    let tag = response.headers()["etag"].to_str().expect("text").to_owned();
    (tag, serde_json::from_slice(response.body()).expect("JSON"))
}

async fn registered() -> Hub {
    let hub = Hub::new();
    let body =
        json!({"repo": "a", "url": "https://a.example.org/", "domain": "d", "enabled": false, "description": "0"});
    assert_eq!(hub.ask(Method::POST, "/v1/repos", body).await.0, StatusCode::CREATED);
    hub
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_that_count_up_at_once_none_loses_a_step() {
    let hub = Arc::new(registered().await);
    let writers: Vec<_> = (0..16)
        .map(|_| {
            let hub = hub.clone();
            tokio::spawn(async move {
                let (mut done, mut conflicts) = (0, 0);
                while done < 10 {
                    let (tag, registration) = read(&hub).await;
                    let count: u32 =
                        registration["description"].as_str().and_then(|n| n.parse().ok()).expect("a number");
                    let body = json!({"description": (count + 1).to_string()});
                    match patch(&hub, Some(tag.as_bytes()), body).await.status() {
                        StatusCode::OK => done += 1,
                        StatusCode::PRECONDITION_FAILED => conflicts += 1,
                        // SQLite lets writers wait without an order, and one of them too long where the disk is slow.
                        StatusCode::SERVICE_UNAVAILABLE => {}
                        other => panic!("{other}"),
                    }
                }
                conflicts
            })
        })
        .collect();
    let mut conflicts = 0;
    for writer in writers {
        conflicts += writer.await.expect("no panic");
    }
    assert_eq!(read(&hub).await.1["description"], "160");
    assert!(conflicts > 0, "they were never at it at once, so this proves nothing");
    // The audit trail has every change, each beginning where the one before ended.
    let events = hub.get("/v1/events?repo=a&action=update&limit=1000").await;
    let events = events["events"].as_array().expect("events");
    assert_eq!(events.len(), 160);
    for pair in events.windows(2) {
        assert_eq!(pair[0]["before"], pair[1]["after"]);
    }
}

#[tokio::test]
async fn if_match_is_read_as_the_standard_says() {
    let hub = registered().await;
    let (tag, _) = read(&hub).await;
    let weak = format!("W/{tag}");
    for (if_match, status) in [
        (b"*".to_vec(), 200),
        (tag.clone().into_bytes(), 200),
        (format!("\"x\", {tag}").into_bytes(), 200),
        (format!("  {tag}  ,\"y\"").into_bytes(), 200),
        (weak.into_bytes(), 412),
        (b"\"x\"".to_vec(), 412),
        (b"".to_vec(), 412),
        (tag.trim_matches('"').as_bytes().to_vec(), 412),
        (b"\"\xff\"".to_vec(), 412),
    ] {
        let shown = String::from_utf8_lossy(&if_match).into_owned();
        // The same description, so that the tag stays.
        let response = patch(&hub, Some(&if_match), json!({"description": "0"})).await;
        assert_eq!(response.status().as_u16(), status, "{shown}");
    }
    let request = http::Request::delete("/v1/repos/a").header("authorization", "Bearer t").header("if-match", "\"x\"");
    assert_eq!(hub.send(request.body(Body::empty()).expect("a request")).await.status().as_u16(), 412);
    let request = http::Request::delete("/v1/repos/a").header("authorization", "Bearer t").header("if-match", tag);
    assert_eq!(hub.send(request.body(Body::empty()).expect("a request")).await.status().as_u16(), 204);
    assert_eq!(patch(&hub, Some(b"*"), json!({})).await.status().as_u16(), 404);
}

#[tokio::test]
async fn without_if_match_only_the_named_fields_are_written() {
    let hub = registered().await;
    assert_eq!(patch(&hub, None, json!({"domain": "e"})).await.status().as_u16(), 200);
    assert_eq!(patch(&hub, None, json!({"description": "mine"})).await.status().as_u16(), 200);
    let (_, registration) = read(&hub).await;
    assert_eq!((&registration["domain"], &registration["description"]), (&json!("e"), &json!("mine")));
}
