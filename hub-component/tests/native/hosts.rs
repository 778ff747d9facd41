//! What differs between the hosts of the component, and between the addresses at which it is reached.

use crate::eventually::eventually;
use crate::ports::{Hub, index};
use http::Method;
use hub_component::hub::{Host, Setting};
use serde_json::{Value, json};
use store::database::DatabaseError;

#[tokio::test]
async fn headers_for_the_host_reach_no_client_of_another_one() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    let private = ["reuse-surface-memo", "reuse-surface-route", "reuse-surface-code"];
    let paths = [
        "/v1/federated",
        "/v1/federated?format=json",
        "/v1/changes?since=0",
        "/v1/capabilities",
        "/openapi.json",
        "/llms.txt",
        "/",
        "/revisions/1",
        "/v1/nothing",
    ];
    let spin = hub.at(Setting::default());
    let mut seen = 0;
    for path in paths {
        // A client may send any header.
        let forged = [("reuse-surface-memo", "max-age=9"), ("reuse-surface-route", "x"), ("served-by", "serve")];
        let (_, headers, _) = spin.read(path, &forged).await;
        assert!(private.iter().all(|name| !headers.contains_key(*name)), "{path}: {headers:?}");
        let (_, headers, _) = hub.read(path, &[]).await;
        seen += private.iter().filter(|name| headers.contains_key(**name)).count();
    }
    assert!(seen > paths.len(), "`serve` gets them: {seen}");
}

#[tokio::test]
async fn an_address_that_nobody_gave_is_the_one_that_the_request_came_to() {
    let hub = Hub::new().at(Setting::default());
    let base = async |target: &str, headers: &[(&str, &str)]| {
        let (_, _, body) = hub.read(target, headers).await;
        let document: Value = serde_json::from_slice(&body).unwrap_or_default();
        document["type"].as_str().unwrap_or_default().trim_end_matches("/problems/repo-not-found").to_owned()
    };
    const PATH: &str = "/v1/repos/none";
    let forwarded = [("host", "inside:8080"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "hub.test")];
    assert_eq!(base(PATH, &[("host", "laptop:3000")]).await, "http://laptop:3000");
    assert_eq!(base("http://127.0.0.1:3000/v1/repos/none", &[("host", "other")]).await, "http://127.0.0.1:3000");
    assert_eq!(base(PATH, &forwarded).await, "http://inside:8080", "no proxy is trusted");
    assert_eq!(base(PATH, &[]).await, "");
    for wrong in ["a b", "user@hub.test", "", &"x".repeat(300)] {
        assert_eq!(base(PATH, &[("host", wrong)]).await, "", "{wrong}");
    }
    hub.configure_client_address_header("x-forwarded-for");
    assert_eq!(base(PATH, &forwarded).await, "https://hub.test");
    let twice = [("host", "inside"), ("x-forwarded-proto", "http, https"), ("x-forwarded-host", "evil.test, hub.test")];
    assert_eq!(base(PATH, &twice).await, "https://hub.test", "what the trusted proxy added");
    let standard =
        [("host", "inside"), ("forwarded", "for=192.0.2.1;host=evil.test, for=x;proto=https;host=\"hub.test:444\"")];
    assert_eq!(base(PATH, &standard).await, "https://hub.test:444");
    let (_, _, text) = hub.read("/llms.txt", &forwarded).await;
    assert!(String::from_utf8_lossy(&text).contains("](https://hub.test/v1/capabilities"));
    let (_, _, text) = hub.read("/.well-known/reuse-surface", &forwarded).await;
    assert!(String::from_utf8_lossy(&text).contains("https://hub.test/"));
    // A page whose name was rebound to this hub's address is not its own.
    let request = http::Request::post("/mcp")
        .header("content-type", "application/json")
        .header("host", "evil.test")
        .header("origin", "http://evil.test")
        .body("{}".into());
    assert_eq!(hub.send(request.expect("a request")).await.status(), 403);
}

#[tokio::test]
async fn a_hub_without_a_token_names_the_variable_of_its_host() {
    let hub = Hub::new();
    hub.configure_token(None);
    let detail = async |hub: &Hub| {
        let (status, problem) = hub.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
        assert_eq!((status.as_u16(), &problem["code"]), (403, &json!("writes-disabled")), "{problem}");
        problem["detail"].as_str().unwrap_or_default().to_owned()
    };
    assert!(detail(&hub).await.ends_with("can set REUSE_SURFACE_TOKEN."));
    assert!(
        detail(&hub.at(Setting { host: Host::Spin, ..Setting::default() }))
            .await
            .ends_with("can set SPIN_VARIABLE_REUSE_SURFACE_TOKEN.")
    );
}

#[tokio::test]
async fn a_primary_that_is_not_valid_makes_a_mirror_that_follows_nobody_and_shows_no_password() {
    for primary in ["https://me:s3cret@hub.test", "https://:s3cret@hub.test", "https://hub.test/#s3cret", "s3cret"] {
        let mirror = Hub::new().at(Setting { primary: primary.to_owned(), ..Setting::default() });
        let (status, problem) = mirror.ask(Method::DELETE, "/v1/repos/a", Value::Null).await;
        assert_eq!((status.as_u16(), &problem["code"]), (403, &json!("mirror")), "{problem}");
        let health = eventually(async || {
            mirror.get("/v1/federated").await;
            Some(mirror.get("/health").await.to_string()).filter(|health| health.contains("not supported"))
        });
        let shown = format!("{problem}{}", health.await);
        assert!(shown.contains("invalid:mirror_of") && !shown.contains("s3cret"), "{shown}");
    }
}

#[test]
fn a_full_disk_is_one_whatever_the_host_calls_it() {
    assert_eq!(DatabaseError::from_message("database or disk is full".to_owned()), DatabaseError::Full);
    assert_ne!(DatabaseError::from_message("database is locked".to_owned()), DatabaseError::Full);
}
