//! Named tokens: what each scope allows, when a token ends, and that a secret is nowhere.

use crate::ports::{Hub, index};
use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};

const DAY: i64 = 24 * 3600;

/// Creates a token and returns its secret.
pub async fn create(hub: &Hub, request: Value) -> String {
    let (status, answer) = hub.ask(Method::POST, "/v1/tokens", request).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["token"].as_str().expect("a secret").to_owned()
}

fn code(answer: &Value) -> &str {
    answer["code"].as_str().unwrap_or_default()
}

/// Every route that needs a token, with a request, and the response if the token's rights suffice.
fn guarded() -> Vec<(Method, &'static str, Value, u16, &'static str)> {
    let registration =
        |repo: &str| json!({"repo": repo, "url": format!("https://{repo}.example.org/index.yaml"), "domain": "d"});
    vec![
        // Method, path, body, the status if it is allowed, and what it is about.
        (Method::POST, "/v1/repos?dry_run=true", registration("a-new"), 200, "a"),
        (Method::POST, "/v1/repos?dry_run=true", registration("b-new"), 200, "b"),
        (Method::POST, "/v1/repos?require_valid=true", registration("a-none"), 422, "a"),
        (Method::POST, "/v1/repos", registration("a-one"), 409, "a"),
        (Method::POST, "/v1/repos", registration("b-one"), 409, "b"),
        (Method::PATCH, "/v1/repos/a-one", json!({}), 200, "a"),
        (Method::PATCH, "/v1/repos/b-one", json!({}), 200, "b"),
        (Method::PATCH, "/v1/repos/a-missing", json!({}), 404, "a"),
        (Method::DELETE, "/v1/repos/a-missing", Value::Null, 404, "a"),
        (Method::DELETE, "/v1/repos/b-missing", Value::Null, 404, "b"),
        (Method::POST, "/v1/repos/a-one/refresh", Value::Null, 200, "a"),
        (Method::POST, "/v1/repos/b-one/refresh", Value::Null, 200, "b"),
        (Method::POST, "/v1/repos/a-one/release", Value::Null, 409, "a"),
        (Method::POST, "/v1/repos/b-one/release", Value::Null, 409, "b"),
        (Method::POST, "/v1/check", registration("a-one"), 200, "a"),
        (Method::POST, "/v1/check", registration("b-one"), 200, "b"),
        (Method::POST, "/v1/check", json!({"url": "https://b-one.example.org/index.yaml"}), 200, "some"),
        (Method::POST, "/v1/federated/compose", Value::Null, 200, "compose"),
        (Method::POST, "/v1/tokens", json!({"name": "x"}), 422, "admin"),
        (Method::GET, "/v1/tokens", Value::Null, 200, "admin"),
        (Method::DELETE, "/v1/tokens/none", Value::Null, 404, "admin"),
        (Method::GET, "/v1/tokens/self", Value::Null, 200, "any"),
        (Method::GET, "/v1/events", Value::Null, 200, "any"),
    ]
}

#[tokio::test]
async fn every_scope_opens_its_routes_and_no_other() {
    let hub = Hub::new();
    hub.register("a-one", index("a", 3, 0)).await;
    hub.register("b-one", index("b", 3, 0)).await;
    hub.publish("a-new", index("c", 3, 0));
    hub.publish("b-new", index("d", 3, 0));
    let scopes: [(&[&str], &[&str]); 7] = [
        (&["admin"], &["a", "b", "some", "compose", "admin", "any"]),
        (&["compose"], &["compose", "any"]),
        (&["repos:write"], &["a", "b", "some", "any"]),
        (&["repos:write:a-*"], &["a", "some", "any"]),
        (&["repos:write:*-one", "repos:write:b-*"], &["b", "some", "any"]),
        (&["repos:write:nothing"], &["some", "any"]),
        (&["compose", "repos:write:b-*"], &["b", "some", "compose", "any"]),
    ];
    for (number, (scopes, allowed)) in scopes.into_iter().enumerate() {
        let secret = create(&hub, json!({"name": format!("t{number}"), "scopes": scopes})).await;
        for (method, path, body, status, about) in guarded() {
            // Of the fifth token, `*-one` allows one of the repos of `a` as well.
            let named_one = path.contains("-one") || body["repo"].as_str().is_some_and(|repo| repo.ends_with("-one"));
            let expected =
                if allowed.contains(&about) || (number == 4 && about == "a" && named_one) { status } else { 403 };
            let (found, answer) = hub.ask_as(&secret, method.clone(), path, &body).await;
            assert_eq!(found.as_u16(), expected, "{scopes:?} {method} {path} {body}: {answer}");
            if expected == 403 {
                let need = match about {
                    "a" | "b" | "some" => "`repos:write`",
                    "compose" => "`compose`",
                    _ => "`admin`",
                };
                assert_eq!(code(&answer), "forbidden");
                let detail = answer["detail"].as_str().unwrap_or_default();
                assert!(detail.contains(need), "{detail}");
                assert!(!detail.contains("a-*") && !detail.contains("nothing"), "tells of its own scopes: {detail}");
            }
        }
    }
    // Without a token, nothing is allowed.
    for (method, path, body, ..) in guarded() {
        let request =
            http::Request::builder().method(method.clone()).uri(path).header("content-type", "application/json");
        let response = hub.send(request.body(Body::from(body.to_string())).expect("a request")).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
    }
}

#[tokio::test]
async fn a_check_of_a_url_alone_speaks_only_for_what_the_token_may_write() {
    let hub = Hub::new();
    hub.register("b-one", index("b", 3, 0)).await;
    let body = json!({"url": "https://b-one.example.org/index.yaml"});
    for (name, scope, would) in [("mine", "repos:write:b-*", true), ("other", "repos:write:a-*", false)] {
        let secret = create(&hub, json!({"name": name, "scopes": [scope]})).await;
        let (status, answer) = hub.ask_as(&secret, Method::POST, "/v1/check", &body).await;
        assert_eq!((status, answer["would"].is_object()), (StatusCode::OK, would), "{scope}: {answer}");
    }
}

#[tokio::test]
async fn a_token_ends_at_its_time_to_the_second_and_when_it_is_revoked() {
    let hub = Hub::new();
    let secret = create(&hub, json!({"name": "short", "scopes": ["compose"], "expires_in_seconds": 60})).await;
    let compose = || hub.ask_as(&secret, Method::POST, "/v1/federated/compose", &Value::Null);
    hub.pass(59);
    assert_eq!(compose().await.0, StatusCode::OK);
    hub.pass(1);
    let (status, answer) = compose().await;
    assert_eq!((status, code(&answer)), (StatusCode::UNAUTHORIZED, "token-expired"));

    let secret = create(&hub, json!({"name": "long", "scopes": ["compose"]})).await;
    let compose = || hub.ask_as(&secret, Method::POST, "/v1/federated/compose", &Value::Null);
    hub.pass(3000 * DAY);
    assert_eq!(compose().await.0, StatusCode::OK);
    for _ in 0..2 {
        assert_eq!(hub.ask(Method::DELETE, "/v1/tokens/long", Value::Null).await.0, StatusCode::NO_CONTENT);
    }
    let (status, answer) = compose().await;
    assert_eq!((status, code(&answer)), (StatusCode::UNAUTHORIZED, "token-revoked"));
    let (status, answer) = hub.ask(Method::DELETE, "/v1/tokens/none", Value::Null).await;
    assert_eq!((status, code(&answer)), (StatusCode::NOT_FOUND, "token-not-found"));
}

#[tokio::test]
async fn a_name_is_used_once() {
    let hub = Hub::new();
    create(&hub, json!({"name": "ci", "scopes": ["compose"]})).await;
    for revoked in [false, true] {
        if revoked {
            hub.ask(Method::DELETE, "/v1/tokens/ci", Value::Null).await;
        }
        let (status, answer) = hub.ask(Method::POST, "/v1/tokens", json!({"name": "ci", "scopes": ["admin"]})).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "token-exists"));
    }
    for name in ["bootstrap", "hub", "self"] {
        let (status, answer) = hub.ask(Method::POST, "/v1/tokens", json!({"name": name, "scopes": ["admin"]})).await;
        assert_eq!((status, code(&answer)), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-token-request"));
        assert_eq!(answer["errors"][0]["pointer"], "/name");
    }
}

#[tokio::test]
async fn the_list_tells_everything_but_the_secret() {
    let hub = Hub::new();
    let secret = create(&hub, json!({"name": "b", "scopes": ["admin"], "description": "two"})).await;
    create(&hub, json!({"name": "a", "scopes": ["repos:write:x*"], "expires_in_seconds": DAY})).await;
    create(&hub, json!({"name": "c", "scopes": ["compose"]})).await;
    hub.ask(Method::DELETE, "/v1/tokens/c", Value::Null).await;
    hub.pass(DAY);
    let page = hub.get("/v1/tokens").await;
    assert!(!page.to_string().contains(&secret) && !page.to_string().contains("digest"), "{page}");
    let states: Vec<_> = page["tokens"].as_array().expect("list").iter().map(|t| (&t["name"], &t["state"])).collect();
    assert_eq!(json!(states), json!([["a", "expired"], ["b", "active"], ["c", "revoked"]]));
    assert_eq!(
        page["tokens"][1],
        json!({
            "name": "b", "scopes": ["admin"], "description": "two", "state": "active",
            "created_at": "2027-01-15T08:00:00Z", "created_by": "bootstrap", "expires_at": null, "last_used_at": null,
            "revoked_at": null, "revoked_by": null,
        })
    );
    assert_eq!(page["tokens"][2]["revoked_by"], "bootstrap");
    for (query, names) in [("state=active", json!(["b"])), ("state=expired", json!(["a"])), ("limit=1", json!(["a"]))] {
        let page = hub.get(&format!("/v1/tokens?{query}")).await;
        let found: Vec<_> = page["tokens"].as_array().expect("list").iter().map(|t| t["name"].clone()).collect();
        assert_eq!(json!(found), names, "{query}");
    }
    let page = hub.get("/v1/tokens?limit=2&cursor=1.a").await;
    assert_eq!((&page["tokens"][0]["name"], &page["total"], &page["next"]), (&json!("b"), &json!(3), &json!(null)));
    for query in ["limit=0", "limit=1001", "cursor=x", "state=old", "x=1"] {
        assert_eq!(hub.ask(Method::GET, &format!("/v1/tokens?{query}"), Value::Null).await.0.as_u16(), 400, "{query}");
    }
}

#[tokio::test]
async fn a_holder_is_told_about_its_own_token_and_use_is_remembered_by_the_hour() {
    let hub = Hub::new();
    let own = json!({"name": "me", "scopes": ["compose", "repos:write:a-*"], "expires_in_seconds": DAY});
    let secret = create(&hub, own).await;
    let (_, answer) = hub.ask_as(&secret, Method::GET, "/v1/tokens/self", &Value::Null).await;
    let expected = json!({"name": "me", "scopes": ["compose", "repos:write:a-*"], "state": "active", "expires_at": "2027-01-16T08:00:00Z"});
    assert_eq!(answer, expected);
    let expected = json!({"name": "bootstrap", "scopes": ["admin"], "state": "active", "expires_at": null});
    assert_eq!(hub.get("/v1/tokens/self").await, expected);

    let last_used = || async {
        hub.settle().await;
        hub.get("/v1/tokens").await["tokens"][0]["last_used_at"].clone()
    };
    assert_eq!(last_used().await, "2027-01-15T08:00:00Z");
    hub.pass(3599);
    hub.statements();
    hub.ask_as(&secret, Method::GET, "/v1/tokens/self", &Value::Null).await;
    hub.settle().await;
    assert!(!hub.statements().iter().any(|sql| sql.starts_with("UPDATE")), "a use within the hour costs no write");
    hub.pass(1);
    hub.ask_as(&secret, Method::GET, "/v1/tokens/self", &Value::Null).await;
    assert_eq!(last_used().await, "2027-01-15T09:00:00Z");
}

#[tokio::test]
async fn named_tokens_outlive_the_operators_token() {
    let hub = Hub::new();
    let admin = create(&hub, json!({"name": "anna", "scopes": ["admin"]})).await;
    hub.configure_token(Some("another"));
    assert_eq!(hub.ask(Method::GET, "/v1/tokens", Value::Null).await.0, StatusCode::UNAUTHORIZED, "it was replaced");
    assert_eq!(hub.ask_as("another", Method::GET, "/v1/tokens", &Value::Null).await.0, StatusCode::OK);
    assert_eq!(hub.ask_as(&admin, Method::GET, "/v1/tokens", &Value::Null).await.0, StatusCode::OK);

    // Without the operator's token, named tokens still work, and a client without one is told that there are some.
    hub.configure_token(None);
    assert_eq!(hub.ask_as(&admin, Method::GET, "/v1/tokens", &Value::Null).await.0, StatusCode::OK);
    assert_eq!(code(&hub.ask_as("another", Method::GET, "/v1/tokens", &Value::Null).await.1), "unauthorized");

    // Once the last one is gone, the hub takes no writes at all.
    hub.ask_as(&admin, Method::DELETE, "/v1/tokens/anna", &Value::Null).await;
    let (status, answer) = hub.ask_as("another", Method::GET, "/v1/tokens", &Value::Null).await;
    assert_eq!((status, code(&answer)), (StatusCode::FORBIDDEN, "writes-disabled"));
    let request = http::Request::post("/v1/federated/compose").body(Body::empty()).expect("a request");
    assert_eq!(hub.send(request).await.status(), StatusCode::FORBIDDEN);
}
