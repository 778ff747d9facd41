//! Secrets of tokens: what is not accepted as one, and where they never appear.

use crate::ports::Hub;
use crate::tokens::create;
use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_nearly_a_token_is_none() {
    let hub = Hub::new();
    let secret = create(&hub, json!({"name": "admin-1", "scopes": ["admin"]})).await;
    let send = |values: Vec<String>, path: &'static str| {
        let mut request = http::Request::get(path);
        for value in values {
            request = request.header("authorization", value);
        }
        let request = request.body(Body::empty()).expect("a request");
        async { hub.send(request).await }
    };
    let flipped = secret.replacen("rs_", "rs-", 1);
    for values in [
        vec![],
        vec![String::new()],
        vec!["Bearer".to_owned()],
        vec!["Bearer ".to_owned()],
        vec![secret.clone()],
        vec![format!("Basic {secret}")],
        vec![format!("Bearer {secret}x")],
        vec![format!("Bearer {}", &secret[..secret.len() - 1])],
        vec![format!("Bearer {}", &secret[1..])],
        vec![format!("Bearer {}", secret.to_uppercase())],
        vec![format!("Bearer {flipped}")],
        vec![format!("Bearer {secret}"), format!("Bearer {secret}")],
        vec![format!("Bearer {secret}, Bearer {secret}")],
        vec![format!("Bearer {}", "x".repeat(64 << 10))],
    ] {
        let shown: Vec<_> = values.iter().map(|value| value.get(..40).unwrap_or(value).to_owned()).collect();
        let response = send(values, "/v1/tokens").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{shown:?}");
        assert!(!String::from_utf8_lossy(response.body()).contains("rs_"), "{shown:?}");
        assert!(
            response.headers()["www-authenticate"].to_str().expect("text").starts_with("Bearer realm"),
            "{shown:?}"
        );
        hub.pass(60);
    }
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
        let response = send(vec![format!("{scheme} {secret}")], "/v1/tokens").await;
        assert_eq!(response.status(), StatusCode::OK, "{scheme}");
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
    // A token in the query is ignored, as is every unknown query parameter.
    let request = http::Request::get(format!("/v1/tokens/self?access_token={secret}")).body(Body::empty());
    assert_eq!(hub.send(request.expect("a request")).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_secret_is_nowhere_but_in_the_answer_that_shows_it() {
    let hub = Hub::new();
    let request = json!({"name": "ci", "scopes": ["repos:write"]});
    let secret = create(&hub, request).await;
    let body = json!({"repo": "a", "url": "https://a.example.org/index.yaml", "domain": "d", "enabled": false});
    assert_eq!(hub.ask_as(&secret, Method::POST, "/v1/repos", &body).await.0, StatusCode::CREATED);
    hub.ask(Method::DELETE, "/v1/tokens/ci", Value::Null).await;
    let on_disk = hub.database_files();
    let contains = |needle: &[u8]| on_disk.windows(needle.len()).any(|window| window == needle);
    assert!(contains(b"a.example.org"), "these are the files of the database");
    let digits = &secret.as_bytes()[3..67];
    assert!(!contains(digits) && !contains(&digits[..32]), "the secret is on the disk");
    for path in ["/v1/events", "/v1/tokens", "/v1/repos", "/v1/federated/revisions"] {
        assert!(!hub.get(path).await.to_string().contains("rs_"), "{path}");
    }
    assert_eq!(hub.get("/v1/repos/a").await["registered_by"], "ci");
}
