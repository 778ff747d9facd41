//! `reuse-surface mcp`, line by line.

use crate::mcp::hub_with_two_repos;
use anyhow::{Context as _, Result};
use end_to_end::{Hub, binary};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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

fn hello() -> Value {
    json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}})
}

impl Agent {
    fn start(base: &str) -> Result<Self> {
        let mut command = Command::new(binary());
        command.args(["mcp", "--base-url", base]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let answers = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        Ok(Self { child, answers })
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        self.say(&json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string())?;
        self.answer()
    }

    /// Writes a line as it is.
    fn say(&mut self, line: &str) -> Result<()> {
        Ok(writeln!(self.child.stdin.as_mut().context("no stdin")?, "{line}")?)
    }

    fn answer(&mut self) -> Result<Value> {
        Ok(serde_json::from_str(&self.answers.next().context("the program ended")??)?)
    }

    /// Closes its input, and returns its exit code and what it logged.
    fn end(mut self) -> Result<(Option<i32>, String)> {
        drop(self.child.stdin.take());
        let output = self.child.wait_with_output()?;
        Ok((output.status.code(), String::from_utf8(output.stderr)?))
    }
}

#[tokio::test]
async fn without_a_hub_tools_fail_with_a_remedy_and_work_once_it_is_there() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let door = Door::before(&hub)?;
    let mut agent = Agent::start(&door.url)?;
    assert_eq!(agent.ask("initialize", hello())?["result"]["serverInfo"]["name"], "reuse-surface");

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
    let (code, log) = agent.end()?;
    assert_eq!(code, Some(0));
    assert!(log.contains("is not reachable"), "people see why: {log}");
    Ok(())
}

#[tokio::test]
async fn the_end_of_the_input_is_the_end_without_a_word_too() -> Result<()> {
    assert_eq!(Agent::start("http://127.0.0.1:9")?.end()?, (Some(0), String::new()));
    Ok(())
}

#[tokio::test]
async fn what_is_not_a_message_is_answered_and_the_session_goes_on() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let mut agent = Agent::start(hub.base())?;
    let wrong = |agent: &mut Agent| -> Result<()> {
        for (line, code, id) in [
            ("this is not JSON", -32700, Value::Null),
            ("{\"jsonrpc\": \"2.0\", \"id\": 3, \"method\"", -32700, Value::Null),
            ("\u{1}", -32700, Value::Null),
            ("[]", -32600, Value::Null),
            ("\"text\"", -32600, Value::Null),
            ("{}", -32600, Value::Null),
            (r#"[{"jsonrpc": "2.0", "id": 3, "method": "ping"}]"#, -32600, Value::Null),
            (r#"{"jsonrpc": "1.0", "id": 3, "method": "ping"}"#, -32600, json!(3)),
            (r#"{"jsonrpc": "2.0", "id": "a", "method": 5}"#, -32600, json!("a")),
            (&format!("\"{}\"", "x".repeat(300 << 10)), -32600, Value::Null),
        ] {
            agent.say(line)?;
            let answer = agent.answer()?;
            assert_eq!(
                (&answer["jsonrpc"], &answer["error"]["code"]),
                (&json!("2.0"), &json!(code)),
                "{line:.80}: {answer}"
            );
            assert_eq!(answer.get("id"), Some(&id), "{line:.80}: {answer}");
        }
        Ok(())
    };
    wrong(&mut agent)?;
    assert_eq!(agent.ask("initialize", hello())?["result"]["serverInfo"]["name"], "reuse-surface");
    agent.say(r#"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#)?;
    wrong(&mut agent)?;
    // Empty lines, Windows line endings, a byte order mark and unknown notifications get no response.
    agent.say("\n  \r\n{\"jsonrpc\": \"2.0\", \"method\": \"notifications/other\", \"params\": {\"a\": 1}}\r")?;
    agent.say("\u{feff}{\"jsonrpc\": \"2.0\", \"id\": 9, \"method\": \"ping\"}\r")?;
    assert_eq!(agent.answer()?, json!({"jsonrpc": "2.0", "id": 9, "result": {}}));
    assert_eq!(agent.ask("tools/list", json!([]))?["result"]["tools"].as_array().map(Vec::len), Some(5));
    let call = json!({"name": "list_repos", "arguments": "{\"limit\": \"1\"}"});
    assert_eq!(agent.ask("tools/call", call)?["result"]["structuredContent"]["shown"], 1);
    for call in [json!({"name": 5}), json!({}), json!({"name": "list_repos", "arguments": "two"})] {
        assert_eq!(agent.ask("tools/call", call.clone())?["error"]["code"], -32602, "{call}");
    }
    let call = json!({"name": "federation_status", "arguments": []});
    assert_eq!(agent.ask("tools/call", call)?["result"]["isError"], false);
    assert_eq!(agent.end()?, (Some(0), String::new()));
    Ok(())
}

#[tokio::test]
async fn the_last_line_is_answered_even_without_its_end() -> Result<()> {
    for (line, code) in [("garbage", -32700), (r#"{"jsonrpc": "2.0", "id": 1}"#, -32600)] {
        let mut agent = Agent::start("http://127.0.0.1:9")?;
        let mut stdin = agent.child.stdin.take().context("no stdin")?;
        stdin.write_all(line.as_bytes())?;
        drop(stdin);
        assert_eq!(agent.answer()?["error"]["code"], code);
        assert_eq!(agent.end()?, (Some(0), String::new()));
    }
    Ok(())
}

#[tokio::test]
async fn an_ordinary_session_logs_nothing() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let mut agent = Agent::start(hub.base())?;
    let server = agent.ask("initialize", hello())?["result"]["serverInfo"].clone();
    assert_eq!((&server["title"], &server["websiteUrl"]), (&json!("reuse-surface federation hub"), &json!(hub.base())));
    agent.say(r#"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#)?;
    assert_eq!(agent.ask("ping", json!({}))?["result"], json!({}));
    assert!(agent.ask("tools/list", json!({}))?["result"]["tools"].is_array());
    for (name, arguments) in [("list_repos", json!({})), ("get_capability", json!({"id": "capability.none"}))] {
        assert!(agent.ask("tools/call", json!({"name": name, "arguments": arguments}))?["result"].is_object());
    }
    // Clients also try methods that this server does not have.
    assert_eq!(agent.ask("tools/call", json!({"name": "no_such_tool"}))?["error"]["code"], -32602);
    for method in ["resources/list", "prompts/list", "no/such/method"] {
        assert_eq!(agent.ask(method, json!({}))?["error"]["code"], -32601, "{method}");
    }
    agent.say(r#"{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}"#)?;
    assert_eq!(agent.end()?, (Some(0), String::new()));
    Ok(())
}
