//! Requests that no client should send.

use super::{filled, post};
use http::Request;
use serde_json::{Value, json};

#[tokio::test]
async fn a_body_that_is_wrong_is_refused_as_the_standard_says() {
    let hub = filled().await;
    let many: Vec<String> = (0..33).map(|n| n.to_string()).collect();
    for body in [
        json!(null),
        json!([]),
        json!({}),
        json!({"query": "state"}),
        json!({"query": {}}),
        json!({"query": {"text": 3}}),
        json!({"query": {"text": ""}}),
        json!({"query": {"text": " \t?!"}}),
        json!({"query": {"text": "\u{0}"}}),
        json!({"query": {"text": "ä".repeat(4097)}}),
        json!({"query": {"text": "state", "filter": []}}),
        json!({"query": {"text": "state", "filter": {"colour": "red"}}}),
        json!({"query": {"text": "state", "filter": {"trustManifest.identity": "x"}}}),
        json!({"query": {"text": "state", "filter": {"tags": 3}}}),
        json!({"query": {"text": "state", "filter": {"tags": ["a", {"b": "c"}]}}}),
        json!({"query": {"text": "state", "filter": {"tags": many}}}),
        json!({"query": {"text": "state", "filter": {"tags": "x".repeat(1001)}}}),
        json!({"query": {"text": "state", "filter": {"tags": "a\u{0}b"}}}),
        json!({"query": {"text": "state", "filter": {"metadata.domain": ["a", "b"]}}}),
        json!({"query": {"text": "state", "filter": {"metadata.sourceRepo": ["a", "b"]}}}),
        json!({"query": {"text": "state", "filter": {"identifier": ["urn:air:hub.example.org:a:b.c", "urn:air:hub.example.org:b:b.c"]}}}),
        json!({"query": {"text": "state"}, "pageSize": -1}),
        json!({"query": {"text": "state"}, "pageSize": "ten"}),
        json!({"query": {"text": "state"}, "pageToken": 7}),
        json!({"query": {"text": "state"}, "federation": "some"}),
    ] {
        let (status, headers, problem) = post(&hub, &body).await;
        assert_eq!((status, &problem["errorCode"]), (400, &json!("INVALID_ARGUMENT")), "{body}: {problem}");
        assert!(problem["message"].as_str().is_some_and(|it| !it.is_empty() && it.len() < 1000), "{problem}");
        assert_eq!(headers["access-control-allow-origin"], "*", "a script can read why");
    }
}

#[tokio::test]
async fn what_is_unknown_or_at_its_limit_is_fine() {
    let hub = filled().await;
    let most: Vec<String> = (0..31).map(|n| n.to_string()).chain(["state".to_owned()]).collect();
    for body in [
        json!({"query": {"text": "state", "@context": {"x": "https://example.org/"}, "more": 1}, "more": [2]}),
        json!({"query": {"text": format!("state {}", "x".repeat(4090))}}),
        json!({"query": {"text": "state", "filter": {"tags": most}}}),
        json!({"query": {"text": "state"}, "pageSize": 0, "federation": "referrals"}),
        json!({"query": {"text": "state' OR 1=1; --\u{202e}"}, "federation": "none"}),
    ] {
        let (status, _, found) = post(&hub, &body).await;
        assert!(status == 200 && found["results"][0]["tags"][0] == "state", "{body}: {found}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_search_are_refused() {
    let hub = filled().await;
    let deep = format!("{{\"query\": {}{}}}", "[".repeat(5000), "]".repeat(5000));
    let large = json!({"query": {"text": "state"}, "more": "x".repeat(300 << 10)}).to_string();
    for (body, media_type, status) in [
        ("{", "application/json", 400),
        (deep.as_str(), "application/json", 400),
        (large.as_str(), "application/json", 413),
        (r#"{"query": {"text": "state"}}"#, "text/plain", 415),
    ] {
        let request = Request::post("/search").header("content-type", media_type);
        let response = hub.send(request.body(body.to_owned().into()).expect("a request")).await;
        let problem: Value = serde_json::from_slice(response.body()).expect("a problem");
        assert_eq!(
            (response.status().as_u16(), &problem["errorCode"]),
            (status, &json!("INVALID_ARGUMENT")),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn the_hub_says_when_it_is_at_fault() {
    let hub = filled().await;
    hub.lose_store();
    let (status, _, problem) = post(&hub, &json!({"query": {"text": "state"}})).await;
    assert_eq!((status, &problem["errorCode"]), (503, &json!("INTERNAL_ERROR")), "{problem}");
}
