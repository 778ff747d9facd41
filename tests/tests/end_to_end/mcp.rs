//! MCP with the official clients: over HTTP to the hub, and over standard input and output to `reuse-surface mcp`.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, binary, index, tools};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

const TOOLS: [&str; 5] = ["search_capabilities", "get_capability", "list_repos", "federation_status", "list_consumers"];

/// Runs the client in Python and returns what it saw.
async fn python(mode: &str, server: &[&str]) -> Result<Value> {
    let mut command = Command::new(tools().join("python/bin/python"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/python/mcp_client.py")).arg(mode).args(server);
    seen_by(command).await
}

/// Runs the client in TypeScript and returns what it saw.
async fn node(server: &[&str]) -> Result<Value> {
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/node/mcp_client.cjs")).args(server);
    command.env("NODE_PATH", tools().join("mcp/node_modules"));
    seen_by(command).await
}

async fn seen_by(mut client: Command) -> Result<Value> {
    client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = client.spawn().context("run `cargo xtask tools`, which installs the client")?;
    child.stdin.take().context("no stdin")?.write_all(calls().to_string().as_bytes())?;
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await??;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}");
    ensure!(said.is_empty(), "neither the client nor its server has anything to log: {said}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn calls() -> Value {
    json!([
        {"name": "search_capabilities", "arguments": {"q": "state publish"}},
        {"name": "get_capability", "arguments": {"id": "capability.state.publish"}},
        {"name": "list_repos", "arguments": {"domain": "test"}},
        {"name": "federation_status", "arguments": {}},
        {"name": "get_capability", "arguments": {"id": "capability.none"}},
        {"name": "list_repos", "arguments": {"limit": "many"}},
        {"name": "no_such_tool", "arguments": {}},
        {"name": "search_capabilities", "arguments": {"q": "", "domain": null, "limit": "1", "fields": "name", "sessionId": "7"}},
    ])
}

pub async fn hub_with_two_repos() -> Result<(Hub, Sources)> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let state = sources.index("/state.yaml", &index(&["capability.state.publish", "capability.state.read"]));
    let other = sources.index("/other.yaml", &index(&["capability.registry.register"]));
    hub.register("state-hub", &state).await?;
    hub.register("registry", &other).await?;
    Ok((hub, sources))
}

/// Checks what every client must see of a hub with two repos.
fn check(seen: &Value, hub: &Hub) {
    assert_eq!(seen["server"], "reuse-surface", "{seen}");
    assert_eq!(
        (&seen["title"], &seen["website"]),
        (&json!("reuse-surface federation hub"), &json!(hub.base())),
        "{seen}"
    );
    assert!(seen["instructions"].as_str().is_some_and(|text| text.contains("never as instructions")), "{seen}");
    let tools = seen["tools"].as_array().expect("tools");
    assert_eq!(tools.iter().map(|tool| tool["name"].as_str().unwrap_or_default()).collect::<Vec<_>>(), TOOLS);
    for tool in tools {
        let hints = &tool["annotations"];
        assert_eq!((&hints["readOnlyHint"], &hints["openWorldHint"]), (&json!(true), &json!(false)), "{tool}");
        assert_eq!((&tool["inputSchema"]["type"], &tool["outputSchema"]["type"]), (&json!("object"), &json!("object")));
        let budget = &tool["inputSchema"]["properties"]["budget_tokens"];
        assert_eq!((&budget["minimum"], &budget["maximum"]), (&json!(750), &json!(20_000)), "{tool}");
    }
    let calls = seen["calls"].as_array().expect("calls");
    for call in &calls[..4] {
        assert_eq!((&call["is_error"], &call["twice"]), (&json!(false), &json!(true)), "{call}");
    }
    assert_eq!(calls[0]["structured"]["capabilities"][0]["id"], "capability.state.publish", "{}", calls[0]);
    assert_eq!(calls[1]["structured"]["entries"][0]["source_repo"], "state-hub", "{}", calls[1]);
    assert_eq!(calls[2]["structured"]["total"], 2);
    assert_eq!(calls[3]["structured"]["states"], json!({"fresh": 2}));
    for (call, code) in [(&calls[4], "capability-not-found"), (&calls[5], "invalid-query")] {
        assert_eq!(call["is_error"], true, "{call}");
        assert!(call["text"].as_str().is_some_and(|text| text.contains(code)), "{call}");
    }
    assert!(calls[4]["text"].as_str().is_some_and(|text| text.contains("search_capabilities")), "{}", calls[4]);
    assert_eq!(calls[6]["code"], -32602, "{}", calls[6]);
    assert!(calls[6]["message"].as_str().is_some_and(|words| words.contains("`list_repos`")), "{}", calls[6]);
    assert_eq!(calls[7]["structured"]["shown"], 1, "{}", calls[7]);
}

#[tokio::test]
async fn the_official_client_in_python_uses_the_hub_over_http() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let url = format!("{}/mcp", hub.base());
    for (mode, version) in [("legacy", "2025-11-25"), ("auto", "2026-07-28"), ("2026-07-28", "2026-07-28")] {
        let seen = python(mode, &["http", &url]).await?;
        if mode == "2026-07-28" {
            // This mode assumes that the server is known and does not query it.
            assert_eq!(seen["calls"][2]["structured"]["total"], 2, "{seen}");
        } else {
            check(&seen, &hub);
        }
        assert_eq!(seen["version"], version);
    }
    assert!(!hub.log().contains("panicked"), "{}", hub.log());
    Ok(())
}

#[tokio::test]
async fn the_official_client_in_python_uses_the_hub_over_stdio() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let program = binary();
    let program = program.to_str().context("a path in UTF-8")?;
    for mode in ["legacy", "auto"] {
        let server = ["stdio", program, "mcp", "--base-url", hub.base()];
        check(&python(mode, &server).await?, &hub);
    }
    Ok(())
}

#[tokio::test]
async fn the_official_client_in_typescript_uses_the_hub_over_http_and_stdio() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    for path in ["/mcp", "/mcp/"] {
        let seen = node(&["http", &format!("{}{path}", hub.base())]).await?;
        check(&seen, &hub);
        assert_eq!(seen["version"], "2025-11-25");
    }
    let program = binary();
    let program = program.to_str().context("a path in UTF-8")?;
    check(&node(&["stdio", program, "mcp", "--base-url", hub.base()]).await?, &hub);
    Ok(())
}

#[tokio::test]
async fn hostile_posts_leave_the_hub_standing() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let post = |media_type: &str, body: Vec<u8>| {
        hub.request(Method::POST, "/mcp").header("content-type", media_type.to_owned()).body(body)
    };
    let call = |name: &str, arguments: Value| {
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}})
            .to_string()
            .into_bytes()
    };
    let json = "application/json";
    for (request, status) in [
        (post(json, b"\xff\xfe garbage".to_vec()), 400),
        (post(json, "[".repeat(100_000).into_bytes()), 400),
        (post(json, Vec::new()), 400),
        (post("text/plain", call("list_repos", json!({}))), 415),
        (post(json, vec![b' '; 300 << 10]), 413),
        (post(json, call("list_repos", json!({}))).header("origin", "https://evil.example"), 403),
        (post(json, call("../../etc/passwd", json!({}))), 200),
        (post(json, call("list_repos", json!({"q": "x".repeat(200_000)}))), 200),
        (post(json, call("list_repos", json!({"cursor": "\u{0}%_'\";--"}))), 200),
        (post(json, call("list_repos", json!({"budget_tokens": -1}))), 200),
        (post(json, call("list_repos", json!({"budget_tokens": 1e300}))), 200),
        (hub.request(Method::GET, "/mcp"), 405),
        (hub.request(Method::DELETE, "/mcp"), 405),
    ] {
        let answer = hub.send(request).await?;
        assert_eq!(answer.status, status, "{:.300}", answer.text);
        assert!(answer.text.len() < 4_000, "what a client sends does not come back whole: {}", answer.text.len());
    }
    let answer = hub.send(post(json, call("federation_status", json!({})))).await?;
    assert_eq!(answer.json()["result"]["isError"], false, "{}", answer.text);
    Ok(())
}
