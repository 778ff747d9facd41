//! Sources that fail one by one: the others are still composed, and the status shows the error and its place.

use anyhow::Result;
use end_to_end::{Behaviour, Hub, Sources, index};
use serde_json::{Value, json};

/// A name, the behaviour, the reason that the hub must report, and the line if the index was read.
type Fault = (&'static str, Behaviour, &'static str, Option<u64>);

/// Files that are not an index.
fn bad_files() -> Vec<Fault> {
    let plain = |text: &str| Behaviour::Index(text.as_bytes().to_vec());
    vec![
        ("not yaml", plain("version: 1\ncapabilities: [\n"), "invalid-yaml", None),
        ("a page", plain("<!doctype html><title>Sign in</title>"), "not-an-index", Some(1)),
        ("a list", plain("- version: 1\n"), "not-an-index", None),
        ("an empty file", plain(""), "empty-document", None),
        ("no capabilities", plain("version: 1\n"), "schema-required", None),
        (
            "a wrong type",
            plain("version: 1\ncapabilities:\n  - id: capability.x\n    name: 7\n"),
            "schema-type",
            Some(4),
        ),
        ("a wrong id", plain("version: 1\ncapabilities:\n  - id: Not An Id\n    name: x\n"), "schema-pattern", Some(3)),
        ("duplicate ids", plain(&index(&["capability.x", "capability.x"])), "duplicate-id", Some(5)),
        ("a duplicate key", plain("version: 1\nversion: 1\ncapabilities: []\n"), "duplicate-key", Some(2)),
        ("version 2", plain("version: 2\ncapabilities: []\n"), "unknown-version", Some(1)),
        ("two documents", plain("version: 1\ncapabilities: []\n---\nversion: 1\n"), "multiple-documents", None),
        ("invalid utf-8", Behaviour::Index(b"version: 1\n\xff\n".to_vec()), "invalid-utf8", Some(2)),
        (
            "too deep",
            plain(&format!("version: 1\ncapabilities: []\nx: {}{}\n", "[".repeat(200), "]".repeat(200))),
            "too-deep",
            Some(3),
        ),
        ("absurdly deep", plain(&"[".repeat(100_000)), "too-deep", Some(1)),
        ("an alias bomb", plain(&alias_bomb()), "too-many-aliases", None),
    ]
}

/// Responses that have no index.
fn bad_responses(sources: &Sources) -> Vec<Fault> {
    vec![
        ("missing", Behaviour::Status(404, String::new()), "http-status", None),
        ("broken server", Behaviour::Status(500, String::new()), "http-status", None),
        ("no content", Behaviour::Status(204, String::new()), "http-status", None),
        ("unasked 304", Behaviour::Status(304, String::new()), "unexpected-not-modified", None),
        ("redirect loop", Behaviour::Redirect("/fault".into()), "too-many-redirects", None),
        ("redirect to a file", Behaviour::Redirect("file:///etc/passwd".into()), "redirect-refused", None),
        (
            "redirect to itself inside",
            Behaviour::Redirect("http://self.alt/v1/federated".into()),
            "redirect-refused",
            None,
        ),
        ("redirect to metadata", Behaviour::Redirect("http://169.254.169.254/".into()), "address-refused", None),
        (
            "short body",
            Behaviour::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nversion: 1\n".to_vec()),
            "incomplete-body",
            None,
        ),
        ("no http", Behaviour::Raw(b"SSH-2.0-OpenSSH\r\n".to_vec()), "protocol-error", None),
        (
            "not gzip",
            Behaviour::Plain(b"version: 1".to_vec(), "content-encoding: gzip\r\n".into()),
            "invalid-gzip",
            None,
        ),
        ("brotli", Behaviour::Plain(b"x".to_vec(), "content-encoding: br\r\n".into()), "unsupported-encoding", None),
        (
            "huge by its word",
            Behaviour::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n".to_vec()),
            "too-large",
            None,
        ),
        (
            "a gzip bomb",
            Behaviour::Plain(gzip(&vec![b'#'; 64 << 20]), "content-encoding: gzip\r\n".into()),
            "too-large-decoded",
            None,
        ),
        ("huge in truth", Behaviour::Raw(endless()), "too-large", None),
        ("moved away", Behaviour::Redirect(sources.url("/nowhere")), "http-status", None),
    ]
}

/// The payload of CVE-2019-11253, as an index.
fn alias_bomb() -> String {
    let mut text = "version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..9 {
        let aliases = vec![format!("*a{}", i - 1); 9].join(", ");
        text.push_str(&format!("a{i}: &a{i} [{aliases}]\n"));
    }
    text.push_str("capabilities: []\n");
    text
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory")
}

/// A chunked body of 9 MiB, without an announced length.
fn endless() -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..144 {
        bytes.extend_from_slice(b"10000\r\n");
        bytes.resize(bytes.len() + 0x10000, b'#');
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

#[tokio::test]
async fn every_fault_is_told_apart_and_hurts_nobody_else() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("good", &sources.index("/good", &index(&["capability.good"]))).await?;
    for (name, behaviour, reason, line) in bad_files().into_iter().chain(bad_responses(&sources)) {
        let url = sources.set("/fault", behaviour);
        hub.register("bad", &url).await?;
        let status = hub.status("bad").await?;
        assert_eq!((&status["state"], &status["reason"]), (&json!("failed"), &json!(reason)), "{name}: {status}");
        assert!(status["message"].as_str().is_some_and(|m| m.len() > 10), "{name}: {status}");
        if let Some(line) = line {
            assert_eq!(status["diagnostics"][0]["line"], line, "{name}: {status}");
            assert!(status["diagnostics"][0]["column"].is_u64(), "{name}: {status}");
        }
        let repos: Vec<Value> = hub.document().await?["capabilities"]
            .as_array()
            .expect("list")
            .iter()
            .map(|c| c["source_repo"].clone())
            .collect();
        assert_eq!(repos, ["good"], "{name}");
        assert_eq!(hub.write(reqwest::Method::DELETE, "/v1/repos/bad", &Value::Null).await?.status, 204);
    }
    Ok(())
}

#[tokio::test]
async fn a_closed_port_is_named() -> Result<()> {
    let hub = Hub::start()?;
    hub.register("gone", "http://127.0.0.1:1/index.yaml").await?;
    let status = hub.status("gone").await?;
    assert_eq!((&status["state"], &status["reason"]), (&json!("failed"), &json!("connect-failed")), "{status}");
    Ok(())
}
