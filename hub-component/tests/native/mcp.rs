//! MCP: what goes over the wire, revision by revision.

use crate::ports::{Hub, index};
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const NEWEST: &str = "2026-07-28";

/// Sends a body to `/mcp`; gives status, headers and the answer.
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

/// What a request of the newest revision says of itself.
fn meta() -> Value {
    json!({"io.modelcontextprotocol/protocolVersion": NEWEST, "io.modelcontextprotocol/clientCapabilities": {}})
}

fn initialize(version: &str) -> Value {
    let client = json!({"name": "test", "version": "1"});
    request("initialize", json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client}))
}

/// Calls a tool as a client of the handshake does; gives its result.
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
        ("http://[::1]:3000", 200),
        ("http://hub.example.org", 403),
        ("https://hub.example.org.evil.example", 403),
        ("https://hub.example.org:8443", 403),
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

#[tokio::test]
async fn repos_are_listed_in_pages_that_fit_the_budget() {
    let hub = Hub::new();
    for i in 0..60 {
        let repo = format!("repo-{i:02}");
        hub.register(&repo, index(&repo, 3, 0)).await;
    }
    for budget in [750, 751, 1000, 2000, 20_000, 4_000_000] {
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let result = call(&hub, "list_repos", json!({"budget_tokens": budget, "cursor": cursor})).await;
            assert!(result.to_string().len() <= 4 * budget.min(20_000), "{budget}: {}", result.to_string().len());
            let page = &result["structuredContent"];
            assert_eq!(
                &serde_json::from_str::<Value>(result["content"][0]["text"].as_str().expect("text")).expect("JSON"),
                page
            );
            let repos = page["repos"].as_array().expect("repos");
            assert!(!repos.is_empty(), "an agent makes progress");
            assert_eq!((&page["total"], &page["shown"]), (&json!(60), &json!(repos.len())));
            assert_eq!(page["complete"], repos.len() == 60);
            seen.extend(repos.iter().map(|repo| repo["repo"].as_str().expect("a name").to_owned()));
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(seen, (0..60).map(|i| format!("repo-{i:02}")).collect::<Vec<_>>(), "{budget}");
    }
    let result = call(&hub, "list_repos", json!({"budget_tokens": 749})).await;
    let problem: Value = serde_json::from_str(result["content"][0]["text"].as_str().expect("text")).expect("JSON");
    assert_eq!((&result["isError"], &problem["code"]), (&json!(true), &json!("budget-too-small")), "{result}");
    assert_eq!(problem["type"], "https://hub.example.org/problems/budget-too-small");

    let one = call(&hub, "list_repos", json!({"q": "repo-07"})).await;
    assert_eq!(
        one["structuredContent"]["repos"],
        json!([{"repo": "repo-07", "domain": "d", "state": "fresh", "verified_at": "2027-01-15T08:00:00Z", "capability_count": 3, "required": false}])
    );
    assert_eq!(call(&hub, "list_repos", json!({"state": "failed"})).await["structuredContent"]["total"], 0);
    assert_eq!(call(&hub, "list_repos", json!({"limit": 7})).await["structuredContent"]["shown"], 7);
}

#[tokio::test]
async fn the_status_counts_states_and_names_required_repos_that_are_not_fresh() {
    let hub = Hub::new();
    let status = async || call(&hub, "federation_status", json!({})).await["structuredContent"].clone();
    assert_eq!((&status().await["revision"], &status().await["states"]), (&json!(0), &json!({})));
    hub.register("a", index("a", 3, 0)).await;
    hub.register("b", index("b", 2, 0)).await;
    hub.ask(Method::PATCH, "/v1/repos/b", json!({"required": true})).await;
    let now = status().await;
    assert_eq!((&now["states"], &now["capability_count"]), (&json!({"fresh": 2}), &json!(5)), "{now}");
    assert_eq!(now["required_not_fresh"], json!({"total": 0, "shown": 0, "complete": true, "repos": []}));
    assert_eq!(now["digest"], hub.get("/v1/federated/manifest").await["digest"]);
    assert_eq!(now["url"], "https://hub.example.org/v1/federated");

    hub.sources().bodies.store(0, std::sync::atomic::Ordering::Relaxed);
    hub.publish("b", "no index".to_owned());
    hub.compose().await;
    let now = status().await;
    assert_eq!(now["states"], json!({"fresh": 1, "stale": 1}), "{now}");
    assert_eq!(now["required_not_fresh"]["repos"], json!([{"repo": "b", "state": "stale", "reason": "not-an-index"}]));
}

#[tokio::test]
async fn a_hub_that_only_agents_read_stays_fresh() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let asked = || hub.sources().requests.load(std::sync::atomic::Ordering::Relaxed);
    for tool in ["list_repos", "federation_status", "search_capabilities"] {
        hub.pass(24 * 3600);
        let before = asked();
        call(&hub, tool, json!({})).await;
        // The refresh runs after the answer.
        hub.settle().await;
        assert_eq!(asked(), before + 1, "{tool}");
        hub.compose().await;
    }
}

/// An index with texts that JSON escapes as much as it can.
fn awkward(count: usize) -> String {
    let text = "\\\"".repeat(300);
    let entries: String = (0..count)
        .map(|i| {
            format!("- id: capability.awkward.n{i}\n  name: Awkward {i}\n  summary: '{text}'\n  more: ['{text}']\n")
        })
        .collect();
    format!("version: 1\ncapabilities:\n{entries}")
}

#[tokio::test]
async fn a_search_pages_through_everything_within_any_budget() {
    let hub = Hub::new();
    hub.register("plain", index("plain", 30, 0)).await;
    hub.register("awkward", awkward(15)).await;
    for budget in [750, 900, 1500, 3000, 20_000] {
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let arguments = json!({"budget_tokens": budget, "cursor": cursor, "limit": 200});
            let result = call(&hub, "search_capabilities", arguments).await;
            assert!(result.to_string().len() <= 4 * budget, "{budget}: {}", result.to_string().len());
            let page = &result["structuredContent"];
            assert_eq!((&result["isError"], &page["total"]), (&json!(false), &json!(45)), "{result}");
            let found = page["capabilities"].as_array().expect("capabilities");
            assert!(!found.is_empty(), "an agent makes progress");
            seen.extend(found.iter().map(|entry| entry["id"].as_str().expect("an id").to_owned()));
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 45, "{budget}");
    }
    let best = call(&hub, "search_capabilities", json!({"q": "awkward 7", "fields": "name", "limit": 1})).await;
    assert_eq!(best["structuredContent"]["capabilities"][0]["id"], "capability.awkward.n7", "{best}");
}

#[tokio::test]
async fn a_capability_is_whole_or_says_that_it_is_not() {
    let hub = Hub::new();
    hub.register("a", awkward(1)).await;
    hub.register("b", awkward(1)).await;
    let id = json!("capability.awkward.n0");
    let whole = call(&hub, "get_capability", json!({"id": id, "budget_tokens": 20_000})).await;
    let entries = &whole["structuredContent"]["entries"];
    assert_eq!((&entries[0]["source_repo"], &entries[1]["source_repo"]), (&json!("a"), &json!("b")), "{whole}");
    assert_eq!(entries[0]["summary"].as_str().map(str::len), Some(600));

    let one = call(&hub, "get_capability", json!({"id": id, "repo": "b", "budget_tokens": 750})).await;
    let page = &one["structuredContent"];
    assert_eq!(
        (&page["shown"], &page["truncated"], &page["entries"][0]["source_repo"]),
        (&json!(1), &json!(true), &json!("b"))
    );
    assert!(one.to_string().len() <= 3000);

    let none = call(&hub, "get_capability", json!({"id": "capability.awkward.m0"})).await;
    let text = none["content"][0]["text"].as_str().expect("text");
    assert!(none["isError"] == true && text.contains("capability-not-found") && text.contains("awkward.n0"), "{text}");
}
