//! Conventions that all routes follow.

use anyhow::Result;
use end_to_end::{Hub, Sources, TOKEN, index};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() -> Result<()> {
    let hub = Hub::start()?;
    for path in ["/nothing", "/v1", "/v1/repos/", "/v1/repos/a/b", "/v1/federated/"] {
        let answer = hub.get(path).await?;
        assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not-found")), "{path}");
    }
    let answer = hub.send(hub.request(Method::PUT, "/v1/repos")).await?;
    assert_eq!((answer.status, &answer.json()["code"]), (405, &json!("method-not-allowed")));
    assert_eq!(answer.header("allow"), "GET,HEAD,POST");
    let problem = hub.get("/v1/repos/none").await?;
    assert_eq!((problem.status, &problem.json()["code"]), (404, &json!("repo-not-found")));
    assert_eq!(problem.json()["type"].as_str().map(|t| t.ends_with("/problems/repo-not-found")), Some(true));
    assert_eq!(problem.json()["request_id"], problem.header("x-request-id"));
    Ok(())
}

#[tokio::test]
async fn every_read_answers_head_and_any_origin() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    for path in [
        "/health",
        "/health/live",
        "/v1/repos",
        "/v1/repos/a",
        "/v1/federated",
        "/v1/federated?format=json",
        "/nothing",
    ] {
        let get = hub.get(path).await?;
        let head = hub.send(hub.request(Method::HEAD, path)).await?;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        for header in ["content-type", "etag", "cache-control"] {
            assert_eq!(head.header(header), get.header(header), "{path} {header}");
        }
        assert_eq!(get.header("access-control-allow-origin"), "*", "{path}");
        assert!(!get.header("x-request-id").is_empty(), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_id_is_kept_if_it_is_plain() -> Result<()> {
    let hub = Hub::start()?;
    let id = |value: &'static str| hub.send(hub.request(Method::GET, "/health").header("x-request-id", value));
    assert_eq!(id("trace-1").await?.header("x-request-id"), "trace-1");
    assert_ne!(id("<script>").await?.header("x-request-id"), "<script>");
    Ok(())
}

#[tokio::test]
async fn queries_are_checked() -> Result<()> {
    let hub = Hub::start()?;
    for path in [
        "/v1/federated?format=xml",
        "/v1/federated?colour=red",
        "/v1/repos?limit=0",
        "/v1/repos?limit=1001",
        "/v1/repos?limit=many",
        "/v1/repos?state=good",
        "/v1/repos?cursor=x",
    ] {
        let answer = hub.get(path).await?;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("invalid-query")), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn lists_are_filtered_and_paged_without_skipping() -> Result<()> {
    let hub = Hub::start()?;
    for i in 0..7 {
        let domain = if i % 2 == 0 { "even" } else { "odd" };
        let body = json!({"repo": format!("repo-{i}"), "url": "https://example.invalid/x", "domain": domain, "enabled": i != 3});
        assert_eq!(hub.write(Method::POST, "/v1/repos", &body).await?.status, 201);
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/repos?limit=3".to_owned());
    loop {
        let page = hub.get(&path).await?.json();
        assert_eq!(page["total"], 7);
        seen.extend(
            page["repos"].as_array().expect("list").iter().map(|r| r["repo"].as_str().unwrap_or_default().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/repos?limit=3&cursor={next}");
    }
    assert_eq!(seen, (0..7).map(|i| format!("repo-{i}")).collect::<Vec<_>>());
    for (query, total) in [
        ("domain=odd", 3),
        ("enabled=false", 1),
        ("state=disabled", 1),
        ("q=REPO-5", 1),
        ("q=odd+repo-5", 1),
        ("q=nope", 0),
    ] {
        assert_eq!(hub.get(&format!("/v1/repos?{query}")).await?.json()["total"], total, "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn an_edit_of_something_that_changed_is_refused() -> Result<()> {
    let hub = Hub::start()?;
    let body = json!({"repo": "a", "url": "https://example.invalid/x", "domain": "d", "enabled": false});
    let created = hub.write(Method::POST, "/v1/repos", &body).await?;
    assert_eq!(created.header("location"), "/v1/repos/a");
    let etag = created.header("etag").to_owned();
    let patch = |tag: String, body: serde_json::Value| {
        hub.send(hub.request(Method::PATCH, "/v1/repos/a").bearer_auth(TOKEN).header("if-match", tag).json(&body))
    };
    assert_eq!(patch(etag.clone(), json!({"description": "mine"})).await?.status, 200);
    let refused = patch(etag.clone(), json!({"description": "theirs"})).await?;
    assert_eq!((refused.status, &refused.json()["code"]), (412, &json!("precondition-failed")));
    let delete =
        hub.send(hub.request(Method::DELETE, "/v1/repos/a").bearer_auth(TOKEN).header("if-match", etag)).await?;
    assert_eq!(delete.status, 412);
    let now = hub.get("/v1/repos/a").await?;
    assert_eq!((now.json()["description"].as_str(), now.header("cache-control")), (Some("mine"), "no-cache"));
    assert_eq!(patch(now.header("etag").to_owned(), json!({"description": "theirs"})).await?.status, 200);
    Ok(())
}
