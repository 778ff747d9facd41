//! The audit trail: who changed what, before and after, in the transaction of the change.

use crate::ports::{Hub, index};
use crate::tokens::create;
use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};

async fn events(hub: &Hub, query: &str) -> Vec<Value> {
    hub.get(&format!("/v1/events?{query}")).await["events"].as_array().expect("events").clone()
}

fn summary(events: &[Value]) -> Value {
    events.iter().map(|e| json!([e["actor"], e["action"], e["subject"], e["revision"]])).collect()
}

#[tokio::test]
async fn every_kind_of_change_is_recorded_once_with_before_and_after() {
    let hub = Hub::new();
    let secret = create(&hub, json!({"name": "ci", "scopes": ["repos:write", "compose"]})).await;
    let ask = |method, path: &'static str, body| {
        let secret = &secret;
        let hub = &hub;
        async move { hub.ask_as(secret, method, path, &body).await }
    };
    hub.publish("a", index("a", 20, 0));
    let body = json!({"repo": "a", "url": "https://a.example.org/index.yaml", "domain": "d"});
    assert_eq!(ask(Method::POST, "/v1/repos?require_valid=true", body).await.0, StatusCode::CREATED);
    ask(Method::PATCH, "/v1/repos/a", json!({"domain": "e"})).await;
    ask(Method::PATCH, "/v1/repos/a", json!({"domain": "e"})).await;
    hub.publish("a", index("a", 21, 1));
    ask(Method::POST, "/v1/repos/a/refresh", Value::Null).await;
    ask(Method::POST, "/v1/repos/a/refresh", Value::Null).await;
    hub.publish("a", index("a", 1, 2));
    ask(Method::POST, "/v1/federated/compose?force=true", Value::Null).await;
    ask(Method::POST, "/v1/federated/compose?force=true", Value::Null).await;
    ask(Method::POST, "/v1/repos/a/release", Value::Null).await;
    ask(Method::DELETE, "/v1/repos/a", Value::Null).await;
    hub.ask(Method::DELETE, "/v1/tokens/ci", Value::Null).await;

    let found = events(&hub, "").await;
    let expected = json!([
        ["bootstrap", "token-revoke", "ci", null],
        ["ci", "deregister", "a", 5],
        ["ci", "release", "a", 4],
        ["ci", "compose", "a", null],
        ["ci", "refresh", "a", 3],
        ["ci", "update", "a", 2],
        ["ci", "register", "a", 1],
        ["bootstrap", "token-create", "ci", null],
    ]);
    assert_eq!(summary(&found), expected);
    let numbers: Vec<_> = found.iter().map(|event| event["number"].clone()).collect();
    assert_eq!(json!(numbers), json!([8, 7, 6, 5, 4, 3, 2, 1]));

    let [revoke, deregister, release, compose, refresh, update, register, made] = found.as_slice() else { panic!() };
    let registration = json!({
        "repo": "a", "url": "https://a.example.org/index.yaml", "domain": "d", "enabled": true, "required": false,
        "cache_ttl_seconds": 3600, "description": "", "format": "auto",
    });
    assert_eq!((&register["before"], &register["after"]), (&Value::Null, &registration));
    assert_eq!((&update["before"], &update["after"]["domain"]), (&registration, &json!("e")));
    assert_eq!((&deregister["before"]["domain"], &deregister["after"]), (&json!("e"), &Value::Null));
    let counts = |event: &Value| json!([event["before"]["capability_count"], event["after"]["capability_count"]]);
    assert_eq!([counts(refresh), counts(compose), counts(release)], [json!([20, 21]), json!([21, 21]), json!([21, 1])]);
    assert_eq!((&compose["before"]["held_digest"], &release["after"]["held_digest"]), (&Value::Null, &Value::Null));
    assert_eq!(compose["after"]["held_digest"], release["after"]["index_digest"]);
    assert_eq!(made["after"], json!({"scopes": ["repos:write", "compose"], "expires_at": null, "description": ""}));
    assert_eq!((&revoke["before"], &revoke["after"]), (&made["after"], &Value::Null));
    assert_eq!(
        (&made["kind"], &register["kind"], &register["at"]),
        (&json!("token"), &json!("repo"), &json!("2027-01-15T08:00:00Z"))
    );
}

#[tokio::test]
async fn what_the_hub_finds_by_itself_and_what_is_refused_leaves_no_event() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let before = events(&hub, "").await.len();
    hub.publish("a", index("a", 4, 1));
    hub.pass(2 * 3600);
    hub.get("/v1/federated").await;
    hub.settle().await;
    assert_eq!(hub.get("/v1/federated?format=json").await["revision"], 2);
    assert_eq!(hub.get("/v1/federated/revisions").await["revisions"][0]["actor"], "hub");
    let unknown = json!({"repo": "b", "url": "https://none.example.org/", "domain": "d"});
    assert_eq!(hub.ask(Method::POST, "/v1/repos?require_valid=true", unknown).await.0.as_u16(), 422);
    assert_eq!(hub.ask(Method::PATCH, "/v1/repos/a", json!({"domain": 7})).await.0.as_u16(), 422);
    assert_eq!(hub.ask(Method::POST, "/v1/repos/a/release", Value::Null).await.0.as_u16(), 409);
    assert_eq!(events(&hub, "").await.len(), before);
}

#[tokio::test]
async fn the_request_of_a_client_is_found_in_the_trail() {
    let hub = Hub::new();
    let body = json!({"repo": "a", "url": "https://a.example.org/", "domain": "d", "enabled": false});
    let request = http::Request::post("/v1/repos")
        .header("authorization", "Bearer t")
        .header("content-type", "application/json")
        .header("x-request-id", "trace-7")
        .body(Body::from(body.to_string()));
    assert_eq!(hub.send(request.expect("a request")).await.status(), StatusCode::CREATED);
    assert_eq!(events(&hub, "repo=a").await[0]["request_id"], "trace-7");
    hub.ask(Method::DELETE, "/v1/repos/a", Value::Null).await;
    let made_up = events(&hub, "action=deregister").await[0]["request_id"].clone();
    assert_eq!(made_up.as_str().map(str::len), Some(16), "the hub makes one up: {made_up}");
}

#[tokio::test]
async fn the_trail_is_filtered_and_paged_and_tells_of_tokens_to_administrators_alone() {
    let hub = Hub::new();
    let secret = create(&hub, json!({"name": "ci", "scopes": ["repos:write"]})).await;
    for i in 0..5 {
        let body =
            json!({"repo": format!("r{}", i % 2), "url": "https://a.example.org/", "domain": "d", "enabled": false});
        hub.ask_as(&secret, Method::POST, "/v1/repos", &body).await;
        hub.ask(Method::PATCH, &format!("/v1/repos/r{}", i % 2), json!({"description": i.to_string()})).await;
    }
    // A token may have the name of a repo.
    create(&hub, json!({"name": "r0", "scopes": ["compose"]})).await;
    for (query, count) in [
        ("", 9),
        ("repo=r0", 4),
        ("repo=r1", 3),
        ("actor=ci", 2),
        ("actor=ci&repo=r0", 1),
        ("action=update", 5),
        ("action=token-create", 2),
        ("repo=none", 0),
        ("actor=%27%20OR%201=1", 0),
    ] {
        assert_eq!(events(&hub, query).await.len(), count, "{query}");
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/events?limit=2".to_owned());
    loop {
        let page = hub.get(&path).await;
        seen.extend(page["events"].as_array().expect("events").iter().map(|e| e["number"].as_u64().unwrap_or(0)));
        // What happens meanwhile appears on no later page.
        hub.ask(Method::PATCH, "/v1/repos/r0", json!({"description": format!("later {}", seen.len())})).await;
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/events?limit=2&cursor={next}");
    }
    assert_eq!(seen, (1..=9).rev().collect::<Vec<_>>());

    let (status, page) = hub.ask_as(&secret, Method::GET, "/v1/events?limit=1000", &Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.to_string().contains("token-"), "{page}");
    assert_eq!(page["events"].as_array().map(Vec::len), Some(7 + 5));
    for query in ["limit=0", "limit=1001", "cursor=x", "cursor=1.x", "colour=red"] {
        assert_eq!(hub.ask(Method::GET, &format!("/v1/events?{query}"), Value::Null).await.0.as_u16(), 400, "{query}");
    }
}

#[tokio::test]
async fn old_events_are_forgotten_and_numbers_are_not_used_again() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.pass(366 * 24 * 3600);
    hub.compose().await;
    assert_eq!(events(&hub, "").await.len(), 1, "the newest stays");
    hub.ask(Method::PATCH, "/v1/repos/a", json!({"domain": "e"})).await;
    hub.pass(25 * 3600);
    hub.compose().await;
    let left = events(&hub, "").await;
    assert_eq!(summary(&left), json!([["bootstrap", "update", "a", 2]]));
    assert_eq!(left[0]["number"], 2);
}
