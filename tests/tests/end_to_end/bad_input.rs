//! Invalid requests: the hub responds with the documented problem and the pointer to the field, and writes nothing.

use anyhow::Result;
use end_to_end::{Hub, TOKEN};
use reqwest::Method;
use serde_json::{Value, json};

fn registration() -> Value {
    json!({"repo": "a", "url": "https://example.org/index.yaml", "domain": "d"})
}

fn with(field: &str, value: Value) -> Value {
    let mut body = registration();
    body[field] = value;
    body
}

async fn nothing_is_registered(hub: &Hub) -> Result<bool> {
    Ok(hub.get("/v1/repos").await?.json()["total"] == 0)
}

#[tokio::test]
async fn every_wrong_field_is_named() -> Result<()> {
    let hub = Hub::start()?;
    for (body, pointer, code) in [
        (with("repo", json!("Not Valid")), "/repo", "schema-pattern"),
        (with("repo", json!(["a"])), "/repo", "schema-type"),
        (with("domain", json!("")), "/domain", "schema-pattern"),
        (with("enabled", json!("true")), "/enabled", "schema-type"),
        (with("cache_ttl_seconds", json!(604_801)), "/cache_ttl_seconds", "schema-range"),
        (with("description", json!("x".repeat(1001))), "/description", "schema-too-long"),
        (with("surprise", json!(1)), "/surprise", "schema-unknown-field"),
        (with("url", json!("https://user:secret@example.org/")), "/url", "url-credentials"),
        (with("url", json!("ftp://example.org/")), "/url", "url-scheme"),
        (with("url", json!(format!("https://example.org/{}", "x".repeat(2048)))), "/url", "url-too-long"),
        (
            json!({"repo": "a", "domain": "d", "index": "registry/indexes/capabilities.yaml"}),
            "/index",
            "index-path-on-hub",
        ),
        (json!({"repo": "a", "domain": "d"}), "", "schema-required"),
    ] {
        let answer = hub.write(Method::POST, "/v1/repos", &body).await?;
        let problem = answer.json();
        assert_eq!((answer.status, &problem["code"]), (422, &json!("invalid-registration")), "{body}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let errors = problem["errors"].as_array().expect("errors");
        assert_eq!(errors.len(), 1, "{problem}");
        assert_eq!((&errors[0]["pointer"], &errors[0]["code"]), (&json!(pointer), &json!(code)), "{problem}");
        assert!(!answer.text.contains("secret"), "{problem}");
    }
    assert!(nothing_is_registered(&hub).await?);
    Ok(())
}

#[tokio::test]
async fn every_wrong_body_is_refused() -> Result<()> {
    let hub = Hub::start()?;
    let post = |media_type: &'static str, body: Vec<u8>| {
        hub.request(Method::POST, "/v1/repos").bearer_auth(TOKEN).header("content-type", media_type).body(body)
    };
    for (request, status, code) in [
        (post("application/json", b"{\"repo\":".to_vec()), 400, "malformed-json"),
        (post("application/json", b"\xff".to_vec()), 400, "malformed-json"),
        (post("application/json", Vec::new()), 400, "malformed-json"),
        (post("application/json", b"[]".to_vec()), 422, "invalid-registration"),
        (post("application/json", b"null".to_vec()), 422, "invalid-registration"),
        (post("text/yaml", b"repo: a".to_vec()), 415, "unsupported-media-type"),
        (post("application/json", vec![b' '; 300 * 1024]), 413, "payload-too-large"),
        (
            post("application/json", format!("{}1{}", "[".repeat(5000), "]".repeat(5000)).into_bytes()),
            400,
            "malformed-json",
        ),
    ] {
        let answer = hub.send(request).await?;
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)), "{}", answer.text);
    }
    assert!(nothing_is_registered(&hub).await?);
    Ok(())
}

#[tokio::test]
async fn writes_need_the_token() -> Result<()> {
    let hub = Hub::start()?;
    for (method, path) in [
        (Method::POST, "/v1/repos"),
        (Method::PATCH, "/v1/repos/a"),
        (Method::DELETE, "/v1/repos/a"),
        (Method::POST, "/v1/federated/compose"),
    ] {
        for token in [None, Some(""), Some("wrong"), Some(&TOKEN[1..]), Some("a-token-for-tests-only-and-more")] {
            let mut request = hub.request(method.clone(), path).json(&registration());
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = hub.send(request).await?;
            assert_eq!(
                (answer.status, &answer.json()["code"]),
                (401, &json!("unauthorized")),
                "{method} {path} {token:?}"
            );
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
    assert!(nothing_is_registered(&hub).await?);
    assert!(!hub.log().contains(TOKEN));
    Ok(())
}

#[tokio::test]
async fn without_a_configured_token_nobody_writes() -> Result<()> {
    let hub = Hub::start_in(tempfile::TempDir::new()?, None, &[])?;
    let answer = hub.write(Method::POST, "/v1/repos", &registration()).await?;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("writes-disabled")));
    Ok(())
}

#[tokio::test]
async fn edits_are_checked_like_registrations() -> Result<()> {
    let hub = Hub::start()?;
    assert_eq!(hub.write(Method::POST, "/v1/repos", &registration()).await?.status, 201);
    let before = hub.get("/v1/repos/a").await?;
    for (patch, pointer) in [
        (json!({"repo": "b"}), "/repo"),
        (json!({"url": "file:///x"}), "/url"),
        (json!({"url": null}), ""),
        (json!({"index": "x"}), "/index"),
        (json!({"enabled": null, "domain": 3}), "/domain"),
        (json!([1]), ""),
    ] {
        let answer = hub.write(Method::PATCH, "/v1/repos/a", &patch).await?;
        assert_eq!(
            (answer.status, &answer.json()["errors"][0]["pointer"]),
            (422, &json!(pointer)),
            "{patch}: {}",
            answer.text
        );
    }
    let after = hub.get("/v1/repos/a").await?;
    assert_eq!(before.header("etag"), after.header("etag"));
    assert_eq!(hub.write(Method::PATCH, "/v1/repos/none", &json!({})).await?.status, 404);
    assert_eq!(hub.write(Method::POST, "/v1/repos", &registration()).await?.json()["code"], "repo-exists");
    Ok(())
}
