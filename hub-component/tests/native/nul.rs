//! U+0000, which PostgreSQL allows in no text: the ports of these tests refuse it too, so that it is an error wherever it reaches the database.

use crate::mcp::{call, request, send};
use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};

/// Whether the hub said that the request is wrong, or found nothing.
fn is_refused(status: u16) -> bool {
    (400..500).contains(&status)
}

#[tokio::test]
async fn an_address_with_nul_is_refused_by_every_route() {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    let document = hub.get("/openapi.json").await;
    let mut seen = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method");
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let mut addresses: Vec<String> = parameters
                .filter(|it| it["in"] == "query")
                .map(|it| format!("{}?{}=a%00", path.replace(['{', '}'], ""), it["name"].as_str().expect("a name")))
                .collect();
            if path.contains('{') {
                addresses.push(path.replace('{', "%00").replace('}', ""));
            }
            for address in addresses {
                let (status, answer) = hub.ask(method.clone(), &address, json!({"query": {"text": "a"}})).await;
                assert!(is_refused(status.as_u16()), "{method} {address}: {status} {answer}");
                seen += 1;
            }
        }
    }
    assert!(seen > 80, "{seen}");
}

#[tokio::test]
async fn a_body_with_nul_is_refused_and_nothing_of_it_is_stored() {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    let url = "https://a.example.org/index.yaml";
    for (method, path, body) in [
        (Method::POST, "/v1/repos", json!({"repo": "b", "url": url, "domain": "d", "description": "a\u{0}"})),
        (Method::POST, "/v1/repos", json!({"repo": "b\u{0}", "url": url, "domain": "d"})),
        (Method::POST, "/v1/repos", json!({"repo": "b", "url": url, "domain": "d", "labels": {"team": "\u{0}"}})),
        (Method::POST, "/v1/repos", json!({"repo": "b", "url": url, "domain": "d", "labels": {"\u{0}": "a"}})),
        (Method::PATCH, "/v1/repos/a", json!({"description": "\u{0}"})),
        (Method::POST, "/v1/tokens", json!({"name": "t\u{0}", "scopes": ["read"]})),
        (Method::POST, "/v1/tokens", json!({"name": "t", "scopes": ["repo:a"], "description": "\u{0}"})),
        (Method::POST, "/v1/catalogues", json!({"name": "c\u{0}", "url": "https://github.com/acme", "domain": "d"})),
        (Method::POST, "/v1/repos/a/refresh", json!({"commit": "\u{0}"})),
        (Method::POST, "/search", json!({"query": {"text": "a", "filter": {"tags": ["\u{0}"]}}})),
    ] {
        let stored = hub.number("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM tokens)");
        let (status, answer) = hub.ask(method, path, body.clone()).await;
        assert_eq!((status.as_u16(), &answer["code"]), (400, &json!("malformed-json")), "{body}: {answer}");
        assert_eq!(hub.number("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM tokens)"), stored);
    }
    assert_eq!(hub.get("/v1/repos/a").await["description"], "");
}

#[tokio::test]
async fn an_argument_with_nul_is_refused_by_every_tool() {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    let (_, _, tools) = send(&hub, &[], request("tools/list", json!({})).to_string()).await;
    let mut seen = 0;
    for tool in tools["result"]["tools"].as_array().expect("tools") {
        let tool_name = tool["name"].as_str().expect("a name");
        for name in tool["inputSchema"]["properties"].as_object().expect("properties").keys() {
            let mut arguments = json!({"id": "capability.a.n1"});
            arguments[name] = Value::from("a\u{0}");
            let text = call(&hub, tool_name, arguments).await["content"][0]["text"].as_str().expect("text").to_owned();
            let problem: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(problem["code"], "invalid-query", "{tool_name} {name}: {problem}");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}
