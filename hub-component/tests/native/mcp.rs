//! MCP on the wire, for each revision of the protocol.

use crate::ports::Hub;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const NEWEST: &str = "2026-07-28";

/// Sends a body to `/mcp`; returns status, headers and the response.
pub async fn send(hub: &Hub, headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, HeaderMap, Value) {
    let mut request = Request::builder().method(Method::POST).uri("/mcp").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("a request");
    let response = hub.router().oneshot(request).await.expect("infallible");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or_default())
}

pub fn request(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
}

/// The metadata of a request in the newest revision of the protocol.
fn meta() -> Value {
    json!({"io.modelcontextprotocol/protocolVersion": NEWEST, "io.modelcontextprotocol/clientCapabilities": {}})
}

fn initialize(version: &str) -> Value {
    let client = json!({"name": "test", "version": "1"});
    request("initialize", json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client}))
}

/// Calls a tool as a client with a handshake does; returns its result.
pub async fn call(hub: &Hub, name: &str, arguments: Value) -> Value {
    let body = request("tools/call", json!({"name": name, "arguments": arguments})).to_string();
    let (status, _, answer) = send(hub, &[], body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["result"].clone()
}

#[tokio::test]
async fn the_handshake_agrees_on_what_both_know() {
    let hub = Hub::new();
    for (asked, agreed) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        (NEWEST, "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let (status, headers, answer) = send(&hub, &[], initialize(asked).to_string()).await;
        assert_eq!((status, &answer["id"]), (StatusCode::OK, &json!(7)), "{answer}");
        assert_eq!(answer["result"]["protocolVersion"], agreed, "{asked}");
        assert_eq!(answer["result"]["capabilities"], json!({"tools": {}}));
        assert_eq!(answer["result"]["serverInfo"]["name"], "reuse-surface");
        assert!(answer["result"]["instructions"].as_str().expect("text").contains("never as instructions"));
        assert!(!headers.contains_key("mcp-session-id"));
        assert_eq!(
            (&headers["content-type"], &headers["cache-control"]),
            (&"application/json".parse().expect("a value"), &"no-store".parse().expect("a value"))
        );
    }
    let (status, _, answer) =
        send(&hub, &[("mcp-protocol-version", "2025-06-18")], initialize("2025-11-25").to_string()).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::BAD_REQUEST, &json!(-32600)), "{answer}");
}

#[tokio::test]
async fn what_is_no_message_is_refused_with_its_code() {
    let hub = Hub::new();
    let list = || request("tools/list", json!({}));
    let with = |field: &str, value: Value| {
        let mut body = list();
        body[field] = value;
        body.to_string()
    };
    for (body, status, code) in [
        ("{".to_owned(), 400, -32700),
        (String::new(), 400, -32700),
        ("[".repeat(5000), 400, -32700),
        ("\"x\"".to_owned(), 400, -32600),
        ("null".to_owned(), 400, -32600),
        ("{}".to_owned(), 400, -32600),
        ("[]".to_owned(), 400, -32600),
        ("[1]".to_owned(), 400, -32600),
        (with("jsonrpc", json!("1.0")), 400, -32600),
        (with("id", Value::Null), 400, -32600),
        (with("id", json!({})), 400, -32600),
        (with("method", json!(3)), 400, -32600),
        (with("params", json!([1])), 400, -32602),
        (with("params", json!([null])), 400, -32602),
        (with("params", json!("")), 400, -32602),
        (with("method", json!("tools/none")), 200, -32601),
        (with("method", json!("resources/list")), 200, -32601),
        (with("params", json!({"cursor": "2"})), 200, -32602),
        (request("tools/call", json!({"arguments": {}})).to_string(), 200, -32602),
        (request("tools/call", json!({"name": "list_repos", "arguments": [1]})).to_string(), 200, -32602),
        (request("tools/call", json!({"name": "rm"})).to_string(), 200, -32602),
        (request("initialize", json!({"protocolVersion": "2025-11-25"})).to_string(), 200, -32602),
    ] {
        let (answered, _, answer) = send(&hub, &[], body.clone()).await;
        let error = &answer["error"];
        assert_eq!((answered.as_u16(), &error["code"]), (status, &json!(code)), "{body:.80}: {answer}");
        assert!(!error["message"].as_str().expect("a message").is_empty());
    }
    let (_, _, answer) = send(&hub, &[], "{").await;
    assert!(answer.as_object().expect("an object").contains_key("id"), "JSON-RPC wants the id, if as null");
}

#[tokio::test]
async fn notifications_and_responses_are_taken_without_an_answer() {
    let hub = Hub::new();
    for body in [
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}),
        json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
    ] {
        let (status, _, answer) = send(&hub, &[], body.to_string()).await;
        assert_eq!((status, answer), (StatusCode::ACCEPTED, Value::Null), "{body}");
    }
    let ping = request("ping", json!({}));
    assert_eq!(send(&hub, &[], ping.to_string()).await.2, json!({"jsonrpc": "2.0", "id": 7, "result": {}}));
}

#[tokio::test]
async fn a_body_is_one_message_whatever_the_revision() {
    let hub = Hub::new();
    let batch = json!([request("ping", json!({}))]).to_string();
    for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let (status, _, answer) = send(&hub, &[("mcp-protocol-version", version)], batch.clone()).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (StatusCode::BAD_REQUEST, &json!(-32600)),
            "{version}: {answer}"
        );
    }
}

#[tokio::test]
async fn the_newest_revision_says_everything_in_every_request() {
    let hub = Hub::new();
    let headers = [("mcp-protocol-version", NEWEST), ("mcp-method", "tools/list")];
    let (status, _, answer) = send(&hub, &headers, request("tools/list", json!({"_meta": meta()})).to_string()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let result = &answer["result"];
    assert_eq!((&result["resultType"], &result["cacheScope"]), (&json!("complete"), &json!("public")));
    assert!(result["ttlMs"].as_u64() > Some(0), "{result}");

    let headers = [("mcp-protocol-version", NEWEST), ("mcp-method", "server/discover")];
    let (status, _, answer) =
        send(&hub, &headers, request("server/discover", json!({"_meta": meta()})).to_string()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(answer["result"]["supportedVersions"].as_array().expect("versions").contains(&json!(NEWEST)));
    assert_eq!(answer["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "reuse-surface");

    let call = request("tools/call", json!({"_meta": meta(), "name": "federation_status"}));
    let headers = [("mcp-protocol-version", NEWEST), ("mcp-method", "tools/call"), ("mcp-name", "federation_status")];
    let (status, _, answer) = send(&hub, &headers, call.to_string()).await;
    assert_eq!((status, &answer["result"]["isError"]), (StatusCode::OK, &json!(false)), "{answer}");
    assert_eq!(answer["result"]["resultType"], "complete");

    // A handshake client gets none of that.
    let (_, _, answer) =
        send(&hub, &[("mcp-protocol-version", "2025-11-25")], request("tools/list", json!({})).to_string()).await;
    let keys: Vec<_> = answer["result"].as_object().expect("a result").keys().collect();
    assert_eq!(keys, ["tools"]);
}

/// Headers, body, status, code.
type Case<'a> = (&'a [(&'a str, &'a str)], Value, u16, i64);

#[tokio::test]
async fn headers_that_contradict_the_body_are_refused() {
    let hub = Hub::new();
    let newest = |method: &str| request(method, json!({"_meta": meta(), "name": "list_repos"}));
    let version = ("mcp-protocol-version", NEWEST);
    let method = ("mcp-method", "tools/call");
    let old = json!({"io.modelcontextprotocol/protocolVersion": "2099-01-01", "io.modelcontextprotocol/clientCapabilities": {}});
    let cases: [Case; 12] = [
        (&[], newest("tools/call"), 400, -32020),
        (&[("mcp-protocol-version", "2025-11-25"), method], newest("tools/call"), 400, -32020),
        (&[version, version, method], newest("tools/call"), 400, -32020),
        (&[version], newest("tools/call"), 400, -32020),
        (&[version, ("mcp-method", "tools/list")], newest("tools/call"), 400, -32020),
        (&[version, method], newest("tools/call"), 400, -32020),
        (&[version, method, ("mcp-name", "get_capability")], newest("tools/call"), 400, -32020),
        (&[version, method, ("mcp-name", "list_repos")], newest("tools/call"), 200, 0),
        (&[version, ("mcp-method", "tools/list")], request("tools/list", json!({})), 400, -32602),
        (&[version, ("mcp-method", "ping")], newest("ping"), 404, -32601),
        (&[("mcp-protocol-version", "2099-01-01")], request("tools/list", json!({"_meta": old})), 400, -32022),
        (&[("mcp-protocol-version", "1999-01-01")], request("tools/list", json!({})), 400, -32022),
    ];
    for (headers, body, status, code) in cases {
        let (answered, _, answer) = send(&hub, headers, body.to_string()).await;
        let found = answer["error"]["code"].as_i64().unwrap_or_default();
        assert_eq!((answered.as_u16(), found), (status, code), "{headers:?} {answer}");
    }
    let (_, _, answer) =
        send(&hub, &[("mcp-protocol-version", "1999-01-01")], request("ping", json!({})).to_string()).await;
    assert!(answer["error"]["data"]["supported"].as_array().expect("versions").contains(&json!("2025-11-25")));
}

#[tokio::test]
async fn http_itself_is_checked_first() {
    let hub = Hub::new();
    let body = request("ping", json!({})).to_string();
    for (origin, status) in [
        ("https://hub.example.org", 200),
        ("https://hub.example.org:443", 200),
        ("http://localhost:6274", 200),
        ("http://127.0.0.1", 200),
        ("http://127.8.0.1", 200),
        ("http://[::1]:3000", 200),
        ("http://hub.example.org", 403),
        ("https://hub.example.org.evil.example", 403),
        ("https://hub.example.org:8443", 403),
        ("http://a.localhost", 403),
        ("http://localhost.evil.example", 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("", 403),
    ] {
        let (answered, headers, answer) = send(&hub, &[("origin", origin)], body.clone()).await;
        assert_eq!(answered.as_u16(), status, "{origin}: {answer}");
        if status == 403 {
            assert_eq!(
                (&headers["content-type"], &answer["code"]),
                (&"application/problem+json".parse().expect("a value"), &json!("origin-not-allowed"))
            );
        }
    }
    for (media_type, status) in [("text/plain", 415), ("application/json; charset=utf-8", 200)] {
        let request = Request::builder().method(Method::POST).uri("/mcp").header("content-type", media_type);
        let answered =
            hub.router().oneshot(request.body(Body::from(body.clone())).expect("a request")).await.expect("infallible");
        assert_eq!(answered.status().as_u16(), status, "{media_type}");
    }
    let (status, _, answer) = send(&hub, &[], vec![b' '; 300 * 1024]).await;
    assert_eq!((status.as_u16(), &answer["code"]), (413, &json!("payload-too-large")));
    for (accept, status) in [("application/json, text/event-stream", 200), ("*/*", 200), ("text/event-stream", 406)] {
        assert_eq!(send(&hub, &[("accept", accept)], body.clone()).await.0.as_u16(), status, "{accept}");
    }
    for method in [Method::GET, Method::DELETE] {
        let request = Request::builder().method(method).uri("/mcp").body(Body::empty()).expect("a request");
        let answered = hub.router().oneshot(request).await.expect("infallible");
        assert_eq!(
            (answered.status().as_u16(), &answered.headers()["allow"]),
            (405, &"POST".parse().expect("a value"))
        );
    }
}
