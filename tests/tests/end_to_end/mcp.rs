//! MCP with the official Python client: over HTTP to the hub, and over standard input and output to `reuse-surface mcp`.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, binary, index, tools};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const TOOLS: [&str; 4] = ["search_capabilities", "get_capability", "list_repos", "federation_status"];

/// Runs the client and returns its results.
async fn client(mode: &str, server: &[&str], calls: Value) -> Result<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/mcp_client.py");
    let mut command = Command::new(tools().join("python/bin/python"));
    command.arg(script).arg(mode).args(server).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("run `cargo xtask tools`, which installs the client")?;
    child.stdin.take().context("no stdin")?.write_all(calls.to_string().as_bytes())?;
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await??;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn calls() -> Value {
    json!([
        {"name": "search_capabilities", "arguments": {"q": "state publish"}},
        {"name": "get_capability", "arguments": {"id": "capability.state.publish"}},
        {"name": "list_repos", "arguments": {"domain": "test"}},
        {"name": "federation_status", "arguments": {}},
        {"name": "get_capability", "arguments": {"id": "capability.none"}},
        {"name": "list_repos", "arguments": {"domian": "test"}},
        {"name": "no_such_tool", "arguments": {}},
    ])
}

async fn hub_with_two_repos() -> Result<(Hub, Sources)> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let state = sources.index("/state.yaml", &index(&["capability.state.publish", "capability.state.read"]));
    let other = sources.index("/other.yaml", &index(&["capability.registry.register"]));
    hub.register("state-hub", &state).await?;
    hub.register("registry", &other).await?;
    Ok((hub, sources))
}

/// Checks what every client must see of a hub with two repos.
fn check(seen: &Value) {
    assert_eq!(seen["server"], "reuse-surface", "{seen}");
    assert!(seen["instructions"].as_str().is_some_and(|text| text.contains("never as instructions")), "{seen}");
    let tools = seen["tools"].as_array().expect("tools");
    assert_eq!(tools.iter().map(|tool| tool["name"].as_str().unwrap_or_default()).collect::<Vec<_>>(), TOOLS);
    for tool in tools {
        let hints = &tool["annotations"];
        assert_eq!((&hints["readOnlyHint"], &hints["openWorldHint"]), (&json!(true), &json!(false)), "{tool}");
        assert_eq!((&tool["inputSchema"]["type"], &tool["outputSchema"]["type"]), (&json!("object"), &json!("object")));
        assert!(tool["inputSchema"]["properties"]["budget_tokens"]["default"].is_u64(), "{tool}");
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
    assert_eq!(calls[6]["code"], -32602, "{}", calls[6]);
}

#[tokio::test]
async fn the_official_client_uses_the_hub_over_http() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let url = format!("{}/mcp", hub.base());
    for (mode, version) in [("legacy", "2025-11-25"), ("auto", "2026-07-28"), ("2026-07-28", "2026-07-28")] {
        let seen = client(mode, &["http", &url], calls()).await?;
        if mode == "2026-07-28" {
            // This mode assumes that the server is known and does not query it.
            assert_eq!(seen["calls"][2]["structured"]["total"], 2, "{seen}");
        } else {
            check(&seen);
        }
        assert_eq!(seen["version"], version);
    }
    assert!(!hub.log().contains("panicked"), "{}", hub.log());
    Ok(())
}

#[tokio::test]
async fn the_official_client_uses_the_hub_over_stdio() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let program = binary();
    let program = program.to_str().context("a path in UTF-8")?;
    for mode in ["legacy", "auto"] {
        let server = ["stdio", program, "mcp", "--base-url", hub.base()];
        check(&client(mode, &server, calls()).await?);
    }
    Ok(())
}

/// A proxy to the hub that can be closed; while it is closed, it drops connections.
struct Door {
    url: String,
    open: Arc<AtomicBool>,
}

impl Door {
    fn before(hub: &Hub) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let target = hub.base().trim_start_matches("http://").to_owned();
        let open = Arc::new(AtomicBool::new(false));
        let is_open = open.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let target = TcpStream::connect(&target).ok().filter(|_| is_open.load(Ordering::SeqCst));
                if let Some(target) = target {
                    pass(&client, &target);
                    pass(&target, &client);
                }
            }
        });
        Ok(Self { url, open })
    }
}

fn pass(from: &TcpStream, to: &TcpStream) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
}

/// A session with `reuse-surface mcp`, line by line.
struct Agent {
    child: Child,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Agent {
    fn start(base: &str) -> Result<Self> {
        let mut command = Command::new(binary());
        command.args(["mcp", "--base-url", base]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let answers = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        Ok(Self { child, answers })
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        let stdin = self.child.stdin.as_mut().context("no stdin")?;
        writeln!(stdin, "{}", json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))?;
        Ok(serde_json::from_str(&self.answers.next().context("the program ended")??)?)
    }

    /// Closes its input and returns its exit code.
    fn end(mut self) -> Result<Option<i32>> {
        drop(self.child.stdin.take());
        Ok(self.child.wait()?.code())
    }
}

#[tokio::test]
async fn without_a_hub_tools_fail_with_a_remedy_and_work_once_it_is_there() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let door = Door::before(&hub)?;
    let mut agent = Agent::start(&door.url)?;
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    assert_eq!(agent.ask("initialize", hello)?["result"]["serverInfo"]["name"], "reuse-surface");

    let status = json!({"name": "federation_status", "arguments": {}});
    for _ in 0..2 {
        let answer = agent.ask("tools/call", status.clone())?;
        let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        assert!(text.contains("hub-unreachable") && text.contains("--base-url") && text.contains(&door.url), "{text}");
        let answer = agent.ask("tools/list", json!({}))?;
        assert!(answer["error"]["message"].as_str().is_some_and(|words| words.contains("hub-unreachable")), "{answer}");
    }

    door.open.store(true, Ordering::SeqCst);
    let answer = agent.ask("tools/call", status.clone())?;
    assert_eq!(answer["result"]["structuredContent"]["states"]["fresh"], 2, "{answer}");
    drop(hub);
    door.open.store(false, Ordering::SeqCst);
    assert_eq!(agent.ask("tools/call", status)?["result"]["isError"], true);
    assert_eq!(agent.ask("ping", json!({}))?["result"], json!({}));
    assert_eq!(agent.end()?, Some(0));
    Ok(())
}

#[tokio::test]
async fn the_end_of_the_input_is_the_end_without_a_word_too() -> Result<()> {
    assert_eq!(Agent::start("http://127.0.0.1:9")?.end()?, Some(0));
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
