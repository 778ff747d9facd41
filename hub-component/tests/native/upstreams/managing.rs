//! Setting and removing upstreams, and which writes are possible for what comes through them.

use super::{follow, hub, index, pairs, paths, url};
use crate::ports::Hub;
use http::{Method, StatusCode};
use hub_component::hub::{Host, Setting};
use serde_json::{Value, json};

#[tokio::test]
async fn only_a_hub_with_a_public_url_has_upstreams_and_only_its_operator_sets_them() {
    let nameless = Hub::new().at(Setting { host: Host::Serve, ..Setting::default() });
    let body = || json!({"url": url("hub-a")});
    let (code, problem) = nameless.ask(Method::PUT, "/v1/upstreams/hub-a", body()).await;
    assert_eq!((code, &problem["code"]), (StatusCode::CONFLICT, &json!("no-public-url")));

    let b = hub("hub-b");
    let wanted = json!({"name": "ci", "scopes": ["repos:write"]});
    let (code, token) = b.ask(Method::POST, "/v1/tokens", wanted).await;
    assert_eq!(code, StatusCode::CREATED, "{token}");
    let token = token["token"].as_str().expect("a secret");
    for method in [Method::PUT, Method::DELETE] {
        let (code, problem) = b.ask_as(token, method, "/v1/upstreams/hub-a", &body()).await;
        assert_eq!((code, &problem["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")));
    }
    for (name, body, pointer) in [
        ("Hub", body(), "/name"),
        ("hub-a", json!({"url": "ftp://x.example.org"}), "/url"),
        ("hub-a", json!({"url": url("hub-a"), "x": 1}), ""),
    ] {
        let (code, problem) = b.ask(Method::PUT, &format!("/v1/upstreams/{name}"), body).await;
        assert_eq!((code, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(pointer)));
    }
    let (code, problem) = b.ask(Method::PUT, "/v1/upstreams/self", json!({"url": "https://HUB-b.example.org/"})).await;
    assert_eq!((code, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid-upstream")));

    for n in 0..16 {
        let (code, _) =
            b.ask(Method::PUT, &format!("/v1/upstreams/u{n:02}"), json!({"url": url(&format!("u{n}"))})).await;
        assert_eq!(code, StatusCode::CREATED);
    }
    let (code, problem) = b.ask(Method::PUT, "/v1/upstreams/more", body()).await;
    assert_eq!((code, &problem["code"]), (StatusCode::CONFLICT, &json!("too-many-upstreams")));
    assert_eq!(b.ask(Method::PUT, "/v1/upstreams/u03", body()).await.0, StatusCode::OK, "that is none more");
    b.settle().await;
    let all = b.get("/v1/upstreams").await;
    assert_eq!((&all["total"], &all["upstreams"][3]["url"]), (&json!(16), &json!(url("hub-a"))));
    let events = b.get("/v1/events?action=upstream-set").await;
    assert_eq!(events["events"].as_array().map(Vec::len), Some(17), "{events}");
}

#[tokio::test]
async fn what_comes_by_an_upstream_is_changed_at_its_own_hub() {
    let (a, b) = (hub("hub-a"), hub("hub-b"));
    a.register("one", index("capability.one")).await;
    follow(&b, "hub-a", &a, false).await;
    b.sources().urls();
    for (method, path, body) in [
        (Method::PATCH, "/v1/repos/one", json!({"description": "x"})),
        (Method::DELETE, "/v1/repos/one", Value::Null),
        (Method::POST, "/v1/repos/one/refresh", Value::Null),
        (Method::POST, "/v1/repos/one/hook", Value::Null),
    ] {
        let (code, problem) = b.ask(method.clone(), path, body).await;
        assert_eq!((code, &problem["code"]), (StatusCode::CONFLICT, &json!("repo-relayed")), "{method} {path}");
    }
    // It is never fetched at its own URL.
    let composed = b.compose().await;
    assert_eq!((&composed["fetched"], b.sources().urls()), (&json!(0), Vec::new()), "{composed}");
    // Registering it here takes it over.
    b.publish("one", index("capability.own"));
    let body = json!({"repo": "one", "url": "https://one.example.org/index.yaml", "domain": "d"});
    let (code, dry) = b.ask(Method::POST, "/v1/repos?dry_run=true", body.clone()).await;
    assert_eq!(code, StatusCode::OK, "{dry}");
    let (code, repo) = b.ask(Method::POST, "/v1/repos?require_valid=true", body.clone()).await;
    assert_eq!((code, &repo["registered_by"]), (StatusCode::CREATED, &json!("bootstrap")), "{repo}");
    assert_eq!(paths(&b).await, pairs(&[("one", "")]));
    assert_eq!(b.ask(Method::POST, "/v1/repos", body).await.0, StatusCode::CONFLICT);
    assert_eq!(b.ask(Method::PATCH, "/v1/repos/one", json!({"description": "x"})).await.0, StatusCode::OK);
}

#[tokio::test]
async fn another_url_under_the_same_name_withdraws_what_came_by_the_first() {
    let (a, b, c) = (hub("hub-a"), hub("hub-b"), hub("hub-c"));
    a.register("one", index("capability.one")).await;
    c.register("two", index("capability.two")).await;
    b.sources().is_hub("hub-a.example.org", &a);
    b.sources().is_hub("hub-c.example.org", &c);
    for (other, expected) in [("hub-a", ("one", "hub-a")), ("hub-c", ("two", "hub-c"))] {
        b.ask(Method::PUT, "/v1/upstreams/main", json!({"url": url(other)})).await;
        b.settle().await;
        assert_eq!(paths(&b).await, pairs(&[expected]));
    }
}

#[tokio::test]
async fn an_older_program_refuses_a_database_once_something_came_by_a_hub() {
    let needed = |hub: &Hub| hub.number("SELECT max(readable_from) FROM migrations");
    let (a, b) = (hub("hub-a"), hub("hub-b"));
    a.register("one", index("capability.one")).await;
    assert!(needed(&a) < 30);
    follow(&b, "hub-a", &a, false).await;
    assert_eq!(needed(&b), 31);
}
