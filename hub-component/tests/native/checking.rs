//! Anyone can check an index before it is published, within bounds.

use crate::ports::{Hub, index};
use http::StatusCode;
use serde_json::{Value, json};

const HEADER: &str = "x-forwarded-for";

async fn check(hub: &Hub, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (StatusCode, Value) {
    let mut request = http::Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = hub.send(request.body(body.into()).expect("a request")).await;
    (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
}

fn of(ids: &[&str]) -> String {
    let capabilities: String = ids.iter().map(|id| format!("- {{id: {id}, name: The {id}}}\n")).collect();
    format!("version: 1\ncapabilities:\n{capabilities}")
}

async fn filled() -> Hub {
    let hub = Hub::new();
    hub.configure_client_address_header(HEADER);
    hub.register("a", of(&["capability.kept", "capability.changed", "capability.gone"])).await;
    hub.register("b", of(&["capability.shared"])).await;
    hub
}

#[tokio::test]
async fn it_says_what_a_file_would_change_and_writes_nothing() {
    let hub = filled().await;
    let next =
        of(&["capability.kept", "capability.changed", "capability.shared"]).replace("The capability.changed", "New");
    let before = hub.get("/v1/federated?format=json").await;
    let as_json = json!({"version": 1, "capabilities": [
        {"id": "capability.kept", "name": "The capability.kept"}, {"id": "capability.changed", "name": "New"},
        {"id": "capability.shared", "name": "The capability.shared"}]});
    for (media_type, body) in [
        ("application/yaml", next.clone()),
        ("text/yaml; charset=utf-8", next.clone()),
        // The type that curl sends for a file by default.
        ("application/x-www-form-urlencoded", next),
        ("application/json", as_json.to_string()),
    ] {
        let (status, verdict) = check(&hub, "/v1/check?repo=a", &[("content-type", media_type)], body.into()).await;
        assert_eq!(
            (status, &verdict["valid"], &verdict["capability_count"]),
            (StatusCode::OK, &json!(true), &json!(3))
        );
        let would = json!({"outcome": "accepted", "added": ["capability.shared"], "changed": ["capability.changed"],
            "removed": ["capability.gone"], "conflicts": [{"id": "capability.shared", "repos": ["a", "b"]}]});
        assert_eq!((&verdict["would"], &verdict["http_status"]), (&would, &Value::Null), "{media_type}");
    }
    assert_eq!(hub.get("/v1/federated?format=json").await, before);
    let (_, unknown) = check(&hub, "/v1/check?repo=new", &[], of(&["capability.shared"]).into()).await;
    assert_eq!(unknown["would"]["conflicts"], json!([{"id": "capability.shared", "repos": ["b", "new"]}]));
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place() {
    let hub = filled().await;
    let (status, verdict) = check(&hub, "/v1/check?repo=a", &[], of(&["Not an id"]).into()).await;
    assert_eq!(
        (status, &verdict["valid"], &verdict["would"]["outcome"]),
        (StatusCode::OK, &json!(false), &json!("failed"))
    );
    assert_eq!(
        (&verdict["diagnostics"][0]["code"], &verdict["diagnostics"][0]["line"]),
        (&json!("schema-pattern"), &json!(3))
    );
    for body in [b"".to_vec(), vec![0xff; 10], b"<!DOCTYPE html>".to_vec(), vec![b'['; 100_000]] {
        let (status, verdict) = check(&hub, "/v1/check?repo=a", &[], body).await;
        assert_eq!((status, &verdict["valid"]), (StatusCode::OK, &json!(false)), "{verdict}");
    }
    for (path, headers, body, status, code) in [
        ("/v1/check?repo=No+name", &[][..], of(&[]), 422, "invalid-registration"),
        ("/v1/check?repo=", &[], of(&[]), 422, "invalid-registration"),
        ("/v1/check?repo=a&repo=b", &[], of(&[]), 400, "invalid-query"),
        ("/v1/check?repo=a&other=b", &[], of(&[]), 400, "invalid-query"),
        ("/v1/check?repo=a", &[("content-encoding", "gzip")], of(&[]), 415, "unsupported-media-type"),
        ("/v1/check?repo=a", &[], "x".repeat((1 << 20) + 1), 413, "payload-too-large"),
        ("/v1/check", &[], of(&[]), 401, "unauthorized"),
    ] {
        let (got, problem) = check(&hub, path, headers, body.into()).await;
        assert_eq!((got.as_u16(), &problem["code"]), (status, &json!(code)), "{path}");
    }
}

#[tokio::test]
async fn an_index_that_lost_most_would_be_held() {
    let hub = Hub::new();
    hub.register("a", index("a", 40, 1)).await;
    let (_, verdict) = check(&hub, "/v1/check?repo=a", &[], index("a", 3, 1).into()).await;
    assert_eq!((&verdict["valid"], &verdict["would"]["outcome"]), (&json!(true), &json!("held")), "{verdict}");
}

#[tokio::test]
async fn an_address_checks_ten_a_minute_and_all_together_sixty() {
    let hub = filled().await;
    let from = async |address: &str, token: &[(&str, &str)]| {
        let headers: Vec<_> = [(HEADER, address)].into_iter().chain(token.iter().copied()).collect();
        check(&hub, "/v1/check?repo=a", &headers, of(&["capability.kept"]).into()).await
    };
    for n in 0..10 {
        assert_eq!(from("192.0.2.1", &[]).await.0, StatusCode::OK, "{n}");
    }
    let (status, problem) = from("192.0.2.1", &[]).await;
    assert_eq!((status, &problem["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too-many-checks")));
    assert_eq!(from("192.0.2.1", &[("authorization", "Bearer t")]).await.0, StatusCode::OK, "a token is not counted");
    for n in 0..50 {
        assert_eq!(from(&format!("198.51.100.{n}"), &[]).await.0, StatusCode::OK, "{n}");
    }
    assert_eq!(from("203.0.113.1", &[]).await.0, StatusCode::TOO_MANY_REQUESTS, "sixty from all");
    assert!(hub.number("SELECT count(*) FROM auth_failures") <= 61 + 1);
    // Invalid tokens are counted separately.
    let (status, _) = hub.ask_as("wrong", http::Method::POST, "/v1/repos", &json!({})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    hub.pass(61);
    assert_eq!(from("192.0.2.1", &[]).await.0, StatusCode::OK, "after a minute");
}

#[tokio::test]
async fn what_people_get_wrong_is_called_by_its_name() {
    let hub = filled().await;
    let lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    let (_, pointer) = check(&hub, "/v1/check?repo=a", &[], lfs.into()).await;
    assert_eq!(pointer["diagnostics"][0]["code"], "lfs-pointer", "{pointer}");
    let merged =
        "version: 1\nbase: &base {status: stable}\ncapabilities:\n- !!merge <<: *base\n  id: capability.a\n  name: A\n";
    let (_, merges) = check(&hub, "/v1/check?repo=a", &[], merged.into()).await;
    assert_eq!(merges["diagnostics"][0]["code"], "merge-key", "{merges}");
    let others = format!("repo: b\n{}", of(&["capability.kept"]));
    let (_, warned) = check(&hub, "/v1/check?repo=a", &[], others.into()).await;
    let expected = (&json!(true), &json!("other-repo"), &json!("warning"));
    let found = &warned["diagnostics"][0];
    assert_eq!((&warned["valid"], &found["code"], &found["severity"]), expected, "{warned}");
    let page = "https://codeberg.org/coulomb/a/src/branch/main/index.yaml";
    hub.sources().set(page, "<!DOCTYPE html><title>index.yaml</title>".to_owned());
    let (_, verdict) = hub.ask(http::Method::POST, "/v1/check", json!({ "url": page })).await;
    let message = verdict["diagnostics"][0]["message"].as_str().expect("a message");
    assert!(message.ends_with("https://codeberg.org/coulomb/a/raw/branch/main/index.yaml"), "{message}");
}

#[tokio::test]
async fn a_tag_that_a_proxy_weakened_is_explained() {
    let hub = filled().await;
    let (_, headers, _) = hub.read("/v1/repos/a", &[]).await;
    let etag = headers["etag"].to_str().expect("a tag").to_owned();
    for (tag, explained) in [(format!("W/{etag}"), true), ("W/\"0\"".to_owned(), false), ("\"0\"".to_owned(), false)] {
        let request = http::Request::patch("/v1/repos/a").header("authorization", "Bearer t").header("if-match", &tag);
        let request = request.header("content-type", "application/json").body(r#"{"description": "x"}"#.into());
        let response = hub.send(request.expect("a request")).await;
        let problem: Value = serde_json::from_slice(response.body()).expect("a problem");
        assert_eq!((response.status().as_u16(), &problem["code"]), (412, &json!("precondition-failed")), "{tag}");
        assert_eq!(problem["detail"].as_str().expect("a detail").contains("proxy"), explained, "{tag}: {problem}");
    }
}
