//! Tokens that are not valid are counted by address, exactly and cheaply; valid ones never wait.

use crate::ports::Hub;
use crate::tokens::create;
use axum::body::Body;
use http::StatusCode;
use serde_json::json;

/// Failures that one address may have in a minute.
const MAX_FAILURES: u32 = 30;

async fn attempt(hub: &Hub, token: &str, headers: &[(&str, &str)]) -> http::Response<bytes::Bytes> {
    let mut request = http::Request::get("/v1/tokens/self").header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    hub.send(request.body(Body::empty()).expect("a request")).await
}

async fn status(hub: &Hub, token: &str, address: &str) -> u16 {
    attempt(hub, token, &[("spin-client-addr", address)]).await.status().as_u16()
}

#[tokio::test]
async fn the_next_failure_in_a_minute_is_told_to_wait_and_a_valid_token_is_not() {
    let hub = Hub::new();
    let valid = create(&hub, json!({"name": "ci", "scopes": ["compose"]})).await;
    for _ in 0..MAX_FAILURES {
        assert_eq!(status(&hub, "wrong", "192.0.2.1:1").await, 401);
    }
    hub.pass(20);
    let refused = attempt(&hub, "wrong", &[("spin-client-addr", "192.0.2.1:2")]).await;
    assert_eq!(
        (refused.status(), &refused.headers()["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"40".parse().expect("a value"))
    );
    assert_eq!(serde_json::from_slice::<serde_json::Value>(refused.body()).expect("JSON")["code"], "too-many-failures");

    assert_eq!(status(&hub, &valid, "192.0.2.1:3").await, 200);
    assert_eq!(status(&hub, "t", "192.0.2.1:3").await, 200);
    assert_eq!(status(&hub, "wrong", "192.0.2.2:1").await, 401, "another address");
    hub.pass(40);
    assert_eq!(status(&hub, "wrong", "192.0.2.1:4").await, 401, "another minute");
}

#[tokio::test]
async fn what_is_refused_writes_nothing_and_what_is_no_attempt_does_not_count() {
    let hub = Hub::new();
    let expired = create(&hub, json!({"name": "old", "scopes": ["compose"], "expires_in_seconds": 1})).await;
    hub.pass(1);
    for _ in 0..MAX_FAILURES + 1 {
        let response = attempt(&hub, &expired, &[]).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "its holder knows a secret of this hub");
        let request = http::Request::get("/v1/tokens/self").body(Body::empty()).expect("a request");
        assert_eq!(hub.send(request).await.status(), StatusCode::UNAUTHORIZED);
    }
    for _ in 0..MAX_FAILURES {
        attempt(&hub, "wrong", &[]).await;
    }
    hub.statements();
    for _ in 0..20 {
        assert_eq!(attempt(&hub, "wrong", &[]).await.status(), StatusCode::TOO_MANY_REQUESTS);
    }
    let statements = hub.statements();
    assert!(statements.iter().all(|sql| sql.starts_with("SELECT")) && statements.len() == 20, "{statements:?}");
}

#[tokio::test]
async fn many_addresses_together_cannot_fill_the_database() {
    let hub = Hub::new();
    let (mut counted, mut refused) = (0, 0);
    for i in 0..500 {
        match status(&hub, "wrong", &format!("192.0.{}.{}:1", i / 250, i % 250)).await {
            401 => counted += 1,
            429 => refused += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!((counted, refused), (300, 200));
    hub.pass(60);
    assert_eq!(status(&hub, "wrong", "192.0.2.1:1").await, 401);
    let rows = hub.count("SELECT count(*) FROM auth_failures").await;
    assert_eq!(rows, 2, "those of the minute before are gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn attempts_at_the_same_moment_are_counted_exactly() {
    let hub = std::sync::Arc::new(Hub::new());
    // This creates the schema before the requests arrive.
    hub.get("/v1/tokens").await;
    let attempts: Vec<_> = (0..2 * MAX_FAILURES)
        .map(|_| {
            let hub = hub.clone();
            tokio::spawn(async move { status(&hub, "wrong", "192.0.2.1:1").await })
        })
        .collect();
    let mut allowed = 0;
    for attempt in attempts {
        allowed += u32::from(attempt.await.expect("no panic") == 401);
    }
    assert_eq!(allowed, MAX_FAILURES);
}

#[tokio::test]
async fn behind_a_proxy_the_address_that_it_adds_counts() {
    let hub = Hub::new();
    let from = |client: &'static str| [("spin-client-addr", "10.0.0.1:1"), ("x-forwarded-for", client)];
    hub.configure_client_address_header("x-forwarded-for");
    for i in 0..MAX_FAILURES {
        // The client's own claim comes before what the proxy adds.
        let claim: &'static str = ["1.1.1.1, 192.0.2.1", "2.2.2.2, 192.0.2.1"][(i % 2) as usize];
        assert_eq!(attempt(&hub, "wrong", &from(claim)).await.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(attempt(&hub, "wrong", &from("3.3.3.3, 192.0.2.1")).await.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(attempt(&hub, "wrong", &from("192.0.2.2")).await.status(), StatusCode::UNAUTHORIZED);
}
