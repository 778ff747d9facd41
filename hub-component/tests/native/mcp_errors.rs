//! MCP: every problem that a tool can return tells a model what to do with its tools.

use crate::mcp::call;
use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};

/// Words of HTTP, which a model that calls tools cannot act on. `type` is a link, and so not read here.
const OF_HTTP: [&str; 10] =
    ["/v1/", "/mcp", "GET", "POST", "http", "Retry-After", "parameter", "request", "document", "/openapi"];

/// The problem that a call returns, after checking its words.
async fn problem(hub: &Hub, tool: &str, arguments: Value) -> Value {
    let result = call(hub, tool, arguments.clone()).await;
    assert_eq!(result["isError"], true, "{tool} {arguments}: {result}");
    assert!(result.get("structuredContent").is_none(), "{result}");
    let problem: Value = serde_json::from_str(result["content"][0]["text"].as_str().expect("text")).expect("JSON");
    for member in ["title", "detail", "remedy"] {
        let words = problem[member].as_str().unwrap_or_default();
        assert!(!words.is_empty(), "{member}: {problem}");
        for word in OF_HTTP {
            assert!(!words.contains(word), "`{word}` is not for tools: {problem}");
        }
    }
    let code = problem["code"].as_str().expect("a code");
    assert_eq!(problem["type"], format!("https://hub.example.org/problems/{code}"));
    problem
}

fn says(problem: &Value, code: &str, words: &[&str]) {
    assert_eq!(problem["code"], code, "{problem}");
    let text = problem.to_string();
    for word in words {
        assert!(text.contains(word), "{word}: {problem}");
    }
}

#[tokio::test]
async fn an_unknown_capability_leads_to_the_search_tool() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.register("b", index("b", 3, 0)).await;
    let unknown = problem(&hub, "get_capability", json!({"id": "capability.none"})).await;
    says(&unknown, "capability-not-found", &["`search_capabilities` searches", "search with `search_capabilities`"]);
    let near = problem(&hub, "get_capability", json!({"id": "capability.a.m1"})).await;
    says(&near, "capability-not-found", &["Did you mean `capability.a.n1`", "`search_capabilities`"]);
    let elsewhere = problem(&hub, "get_capability", json!({"id": "capability.a.n1", "repo": "b"})).await;
    says(&elsewhere, "capability-not-found", &["omit `repo`"]);
    problem(&hub, "get_capability", json!({"id": "x".repeat(5_000)})).await;
}

#[tokio::test]
async fn wrong_arguments_are_called_arguments() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let many: Vec<String> = (0..20).map(|i| format!("w{i}")).collect();
    let page = call(&hub, "search_capabilities", json!({"limit": 1})).await["structuredContent"].clone();
    for (tool, arguments) in [
        ("list_repos", json!({"limit": "many"})),
        ("list_repos", json!({"limit": 0})),
        ("list_repos", json!({"state": "x"})),
        ("list_repos", json!({"cursor": "x"})),
        ("list_repos", json!({"q": many.join(" ")})),
        ("list_repos", json!({"domain": "x".repeat(1_001)})),
        ("search_capabilities", json!({"q": many})),
        ("search_capabilities", json!({"q": "%"})),
        ("search_capabilities", json!({"fields": ["x".repeat(1_001)]})),
        ("search_capabilities", json!({"tag": "\u{0}"})),
        ("search_capabilities", json!({"cursor": "1.2"})),
        ("search_capabilities", json!({"cursor": page["next"], "q": "another"})),
        ("search_capabilities", json!({"cursor": "1.99.00000000.0.0.a"})),
        ("get_capability", json!({})),
        ("get_capability", json!({"id": "capability.a.n1", "repo": "x".repeat(1_001)})),
        ("federation_status", json!({"budget_tokens": "all"})),
    ] {
        let problem = problem(&hub, tool, arguments).await;
        says(&problem, "invalid-query", &["An argument is not valid", "correct the argument that `detail` names"]);
        let detail = problem["detail"].as_str().expect("text");
        assert!(detail.starts_with('`'), "the argument is named first: {detail}");
    }
    for tool in ["search_capabilities", "get_capability", "list_repos", "federation_status"] {
        let small = problem(&hub, tool, json!({"id": "capability.a.n1", "budget_tokens": 749})).await;
        says(&small, "budget-too-small", &["`budget_tokens` must be at least 750"]);
    }
}

#[tokio::test]
async fn a_search_that_cannot_go_on_begins_again_without_a_cursor() {
    let hub = Hub::new();
    hub.register("a", index("a", 6, 0)).await;
    let page = call(&hub, "search_capabilities", json!({"limit": 1})).await["structuredContent"].clone();
    hub.publish("a", index("a", 6, 1));
    hub.compose().await;
    hub.pass(25 * 3600);
    hub.compose().await;
    let gone = problem(&hub, "search_capabilities", json!({"cursor": page["next"]})).await;
    says(&gone, "revision-gone", &["call again without `cursor`"]);
}

#[tokio::test]
async fn a_hub_that_cannot_answer_says_when_to_call_again() {
    let hub = Hub::new();
    let body = json!({"repo": "a", "url": "https://a.example.org/none.yaml", "domain": "d", "enabled": false});
    assert_eq!(hub.ask(Method::POST, "/v1/repos", body).await.0, 201);
    for tool in ["search_capabilities", "get_capability"] {
        let nothing = problem(&hub, tool, json!({"id": "capability.a"})).await;
        says(&nothing, "nothing-published", &["`list_repos` gives the reason", "`list_repos` shows"]);
        assert_eq!(nothing["retry_after_seconds"], 10, "{nothing}");
    }

    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.change("UPDATE search_entries SET json = '{'");
    let unreadable = problem(&hub, "search_capabilities", json!({})).await;
    says(&unreadable, "internal", &["call again; if this repeats"]);

    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.change("UPDATE revisions SET digest = 'none'");
    let damaged = problem(&hub, "federation_status", json!({})).await;
    says(&damaged, "store-damaged", &["ask the operator to restore a backup"]);

    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.lose_store();
    for tool in ["search_capabilities", "get_capability", "list_repos", "federation_status"] {
        let lost = problem(&hub, tool, json!({"id": "capability.a"})).await;
        says(&lost, "store-unavailable", &["call again after `retry_after_seconds`"]);
        assert_eq!(lost["retry_after_seconds"], 5, "{lost}");
    }
}
