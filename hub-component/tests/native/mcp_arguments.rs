//! MCP: arguments that clients and models write in different ways, and that mean the same.

use crate::mcp::{call, request, send};
use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};

async fn hub() -> Hub {
    let hub = Hub::new();
    for repo in ["a", "b", "c"] {
        hub.register(repo, index(repo, 3, 0)).await;
    }
    hub.ask(Method::PATCH, "/v1/repos/c", json!({"enabled": false})).await;
    hub
}

/// The content of a result that is not an error.
fn content(result: Value, of: &Value) -> Value {
    assert_eq!(result["isError"], false, "{of}: {result}");
    result["structuredContent"].clone()
}

/// The text of a result that is an error.
fn error(result: &Value) -> String {
    assert_eq!(result["isError"], true, "{result}");
    result["content"][0]["text"].as_str().expect("text").to_owned()
}

/// Checks that other spellings of the `plain` arguments give the same result.
async fn all_same(hub: &Hub, tool: &str, plain: Value, same: Vec<Value>) {
    let expected = content(call(hub, tool, plain.clone()).await, &plain);
    for arguments in same {
        let read = content(call(hub, tool, arguments.clone()).await, &arguments);
        assert_eq!(read, expected, "{tool}: {arguments} is {plain}");
    }
}

#[tokio::test]
async fn arguments_of_a_search_that_mean_the_same_are_read_as_the_same() {
    let hub = hub().await;
    let unset = ["q", "domain", "repo", "status", "tag", "fields", "limit", "cursor", "budget_tokens"];
    let all = |value: Value| Value::Object(unset.iter().map(|name| ((*name).to_owned(), value.clone())).collect());
    for (plain, same) in [
        (json!({}), vec![all(json!("")), all(json!(" ")), all(Value::Null), all(json!([]))]),
        (json!({}), vec![json!({"limit": "null"}), json!({"limit": "None", "tag": [""], "fields": "[]"})]),
        (json!({}), vec![json!({"sessionId": "7", "tool": {"a": [1]}, "domian": "x"})]),
        (
            json!({"limit": 2}),
            vec![json!({"limit": "2"}), json!({"limit": 2.0}), json!({"limit": " 2.0 "}), json!({"limit": [2]})],
        ),
        (json!({"q": "n1", "domain": "d"}), vec![json!({"q": ["n1"], "domain": ["d"]})]),
        (
            json!({"fields": ["name", "status"]}),
            vec![
                json!({"fields": "name,status"}),
                json!({"fields": "[\"name\", \"status\"]"}),
                json!({"fields": ["name, status", ""]}),
            ],
        ),
        (json!({"fields": ["*"]}), vec![json!({"fields": "*"}), json!({"fields": ["*", null]})]),
    ] {
        all_same(&hub, "search_capabilities", plain, same).await;
    }
}

#[tokio::test]
async fn arguments_of_the_other_tools_that_mean_the_same_are_read_as_the_same() {
    let hub = hub().await;
    for (tool, plain, same) in [
        (
            "get_capability",
            json!({"id": "capability.a.n1"}),
            vec![json!({"id": ["capability.a.n1"], "repo": "", "fields": null, "cursor": "", "budget_tokens": "2000"})],
        ),
        (
            "list_repos",
            json!({"enabled": true}),
            ["true", "True", "yes", "1"]
                .iter()
                .map(|text| json!({"enabled": text}))
                .chain([json!({"enabled": 1})])
                .collect(),
        ),
        (
            "list_repos",
            json!({"enabled": false}),
            ["false", "FALSE", "no", "0"]
                .iter()
                .map(|text| json!({"enabled": text}))
                .chain([json!({"enabled": 0})])
                .collect(),
        ),
        ("list_repos", json!({}), vec![json!({"enabled": "null", "state": "null", "limit": " "})]),
        (
            "list_repos",
            json!({"state": "disabled"}),
            vec![json!({"state": "Disabled"}), json!({"state": ["disabled"]}), json!({"state": " DISABLED "})],
        ),
        ("federation_status", json!({"budget_tokens": 3000}), vec![json!({"budget_tokens": "3e3"}), json!({"x": "y"})]),
    ] {
        all_same(&hub, tool, plain, same).await;
    }
}

#[tokio::test]
async fn arguments_make_a_difference() {
    let hub = hub().await;
    for (tool, first, second) in [
        ("search_capabilities", json!({}), json!({"limit": 2})),
        ("search_capabilities", json!({}), json!({"q": "n1"})),
        ("search_capabilities", json!({}), json!({"fields": ["name", "status"]})),
        ("list_repos", json!({"enabled": true}), json!({"enabled": false})),
        ("list_repos", json!({}), json!({"state": "disabled"})),
    ] {
        let (one, other) = (call(&hub, tool, first).await, call(&hub, tool, second.clone()).await);
        assert_ne!(one["structuredContent"], other["structuredContent"], "{second}");
    }
}

#[tokio::test]
async fn a_text_may_look_like_something_else() {
    let hub = Hub::new();
    hub.register(
        "a",
        "version: 1\ncapabilities:\n- id: capability.a\n  name: 'Null'\n  tags: ['null', '7']\n".to_owned(),
    )
    .await;
    for (arguments, total) in [
        (json!({"tag": "null"}), 1),
        (json!({"tag": 7}), 1),
        (json!({"q": "null"}), 1),
        (json!({"tag": "[\"null\"]"}), 0),
        (json!({"tag": true}), 0),
    ] {
        let found = content(call(&hub, "search_capabilities", arguments.clone()).await, &arguments);
        assert_eq!(found["total"], total, "{arguments}");
    }
}

#[tokio::test]
async fn what_an_argument_cannot_mean_is_an_error_that_names_it() {
    let hub = hub().await;
    for (tool, arguments, says) in [
        ("list_repos", json!({"limit": "many"}), "`limit` must be a whole number, not `many`."),
        ("list_repos", json!({"limit": 2.5}), "`limit` must be a whole number, not `2.5`."),
        ("list_repos", json!({"limit": "inf"}), "`limit` must be a whole number, not `inf`."),
        ("list_repos", json!({"limit": [1, 2]}), "`limit` must be a whole number, not `[1,2]`."),
        ("list_repos", json!({"limit": 0}), "`limit` must be from 1 to 1000."),
        ("list_repos", json!({"limit": -3}), "`limit` must be from 1 to 1000."),
        ("list_repos", json!({"limit": 1e300}), "`limit` must be from 1 to 1000."),
        ("list_repos", json!({"enabled": "perhaps"}), "`enabled` must be true or false, not `perhaps`."),
        ("list_repos", json!({"enabled": 2}), "`enabled` must be true or false, not `2`."),
        ("list_repos", json!({"state": "frsh"}), "one of pending, fresh, stale, held, failed, disabled, not `frsh`."),
        ("list_repos", json!({"domain": ["a", "b"]}), "`domain` must be one text, not `[\\\"a\\\",\\\"b\\\"]`."),
        ("list_repos", json!({"domain": {"a": 1}}), "`domain` must be one text"),
        ("list_repos", json!({"cursor": "x"}), "`cursor` was not issued by this hub"),
        ("search_capabilities", json!({"fields": [{"a": 1}]}), "`fields` must be one text"),
        ("get_capability", json!({}), "`id` is missing"),
        ("get_capability", json!({"id": " "}), "`id` is missing"),
        ("get_capability", json!({"id": null, "ID": "capability.a.n1"}), "`id` is missing"),
    ] {
        let text = error(&call(&hub, tool, arguments.clone()).await);
        let problem: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(problem["code"], "invalid-query", "{text}");
        let detail = json!(problem["detail"]).to_string();
        assert!(
            detail.contains(says) || problem["detail"].as_str().expect("text").contains(says),
            "{arguments}: {text}"
        );
    }
}

#[tokio::test]
async fn parameters_that_are_not_set_are_absent() {
    let hub = hub().await;
    let status = json!({"name": "federation_status"});
    let with = |name: &str, value: Value| {
        let mut params = status.clone();
        params[name] = value;
        request("tools/call", params)
    };
    let answer = async |body: Value| send(&hub, &[], body.to_string()).await.2;
    let expected = answer(request("tools/call", status.clone())).await;
    assert_eq!(expected["result"]["isError"], false, "{expected}");
    for arguments in [Value::Null, json!(""), json!([]), json!("{}"), json!({})] {
        assert_eq!(answer(with("arguments", arguments.clone())).await, expected, "{arguments}");
    }
    assert_eq!(answer(with("_meta", Value::Null)).await, expected);

    let listed = answer(request("tools/list", json!({}))).await;
    assert!(listed["result"]["tools"].is_array(), "{listed}");
    for params in [Value::Null, json!([]), json!({"cursor": null}), json!({"cursor": ""}), json!({"_meta": []})] {
        assert_eq!(answer(request("tools/list", params.clone())).await, listed, "{params}");
    }

    let call = json!({"name": "list_repos", "arguments": "{\"limit\": 2}"});
    assert_eq!(answer(request("tools/call", call)).await["result"]["structuredContent"]["shown"], 2);
    let call = json!({"name": "list_repos", "arguments": "two"});
    assert_eq!(answer(request("tools/call", call)).await["error"]["code"], -32602);
}

#[tokio::test]
async fn the_path_may_end_with_a_slash() {
    let hub = hub().await;
    let ask = async |method: Method, path: &str| {
        let (status, answer) = hub.ask(method, path, request("tools/list", json!({}))).await;
        (status.as_u16(), answer)
    };
    let (status, listed) = ask(Method::POST, "/mcp/").await;
    assert_eq!((status, &listed), (200, &ask(Method::POST, "/mcp").await.1));
    assert_eq!(ask(Method::GET, "/mcp/").await.0, 405);
    assert_eq!(ask(Method::POST, "/mcp//").await.0, 404);
}
