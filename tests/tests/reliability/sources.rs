//! All faults of sources at once, with concurrent readers: no read fails, good sources are published in time, and each bad one keeps its
//! content and reports why. `end_to_end/bad_index.rs` tests each fault alone.

use crate::support::{document, figures};
use anyhow::{Result, ensure};
use end_to_end::{Behaviour, Hub, Sources, eventually, index};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::{JoinHandle, JoinSet};

/// Name, fault, and the expected reason; empty if several are right.
type Fault = (&'static str, Behaviour, &'static str);

fn head(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n").into_bytes()
}

fn raw(lines: &str, body: impl AsRef<[u8]>) -> Behaviour {
    let mut bytes = head(lines);
    bytes.extend_from_slice(body.as_ref());
    Behaviour::Raw(bytes)
}

fn plain(body: impl Into<Vec<u8>>) -> Behaviour {
    Behaviour::Plain(body.into(), String::new())
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn gzipped(body: &[u8]) -> Result<Behaviour> {
    Ok(Behaviour::Plain(gzip(body)?, "content-encoding: gzip\r\n".to_owned()))
}

/// Nine levels of nine aliases (CVE-2019-11253).
fn alias_bomb() -> String {
    let mut text = "version: 1\na0: &a0 [x]\n".to_owned();
    for level in 1..=9 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(",");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    text
}

fn faults() -> Result<Vec<Fault>> {
    let valid = index(&["capability.x"]);
    let utf16: Vec<u8> = valid.encode_utf16().flat_map(u16::to_le_bytes).collect();
    Ok(vec![
        ("hang", Behaviour::Hang, "read-timeout"),
        ("trickle", Behaviour::Trickle, ""),
        ("stalled", Behaviour::Stalled(5_000), "read-timeout"),
        ("closed", Behaviour::Raw(Vec::new()), ""),
        ("no-http", Behaviour::Raw(b"220 mail.example.org ESMTP\r\n".to_vec()), ""),
        ("half-a-head", Behaviour::Raw(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()), ""),
        ("truncated", raw("content-length: 1000\r\n", &valid), "incomplete-body"),
        ("chunks-end", raw("transfer-encoding: chunked\r\n", "5\r\nversi\r\n"), ""),
        ("length-negative", raw("content-length: -1\r\n", &valid), ""),
        ("length-twice", raw("content-length: 5\r\ncontent-length: 9\r\n", &valid), ""),
        ("length-short", raw("content-length: 30\r\n", &valid), ""),
        ("error", Behaviour::Status(500, String::new()), "http-status"),
        ("error-with-page", Behaviour::Status(503, "retry-after: 1\r\n".to_owned()), "http-status"),
        ("too-often", Behaviour::Status(429, "retry-after: 99999999\r\n".to_owned()), "http-status"),
        ("loop", Behaviour::Redirect("/loop".to_owned()), "too-many-redirects"),
        ("to-a-file", Behaviour::Redirect("file:///etc/passwd".to_owned()), ""),
        ("to-metadata", Behaviour::Redirect("http://169.254.169.254/latest/".to_owned()), ""),
        ("to-far-away", Behaviour::Redirect(format!("/{}", "x".repeat(9000))), ""),
        ("gzip-bomb", gzipped(&vec![b'#'; 64 << 20])?, "too-large-decoded"),
        ("gzip-in-gzip", gzipped(&gzip(valid.as_bytes())?)?, ""),
        ("no-gzip", Behaviour::Plain(valid.clone().into_bytes(), "content-encoding: gzip\r\n".into()), "invalid-gzip"),
        (
            "coding",
            Behaviour::Plain(valid.clone().into_bytes(), "content-encoding: br\r\n".into()),
            "unsupported-encoding",
        ),
        ("huge", raw("content-length: 104857600\r\n", vec![b'#'; 9 << 20]), "too-large"),
        ("alias-bomb", plain(alias_bomb()), ""),
        ("deep", plain("[".repeat(10_000)), ""),
        (
            "deep-block",
            plain((0..10_000).fold("version: 1\n".to_owned(), |text, n| text + &" ".repeat(n % 200) + "- ")),
            "",
        ),
        ("no-utf8", plain(b"version: 1\ncapabilities: [\xff\xfe]\n".to_vec()), ""),
        ("utf16", plain(utf16), ""),
        ("nul", plain(valid.replace("The", "The\0")), ""),
        ("empty", plain(""), ""),
        ("null-entry", plain("version: 1\ncapabilities: [null]\n"), ""),
        ("twice", plain(index(&["capability.x", "capability.x"])), "duplicate-id"),
        ("page", plain("<html><body>Sign in</body></html>"), "not-an-index"),
    ])
}

async fn register(hub: &Hub, repo: &str, url: &str) -> Result<()> {
    let body = json!({"repo": repo, "url": url, "domain": "d"});
    let answer = hub.write(reqwest::Method::POST, "/v1/repos?require_valid=true", &body).await?;
    ensure!(answer.status == 201, "{}", answer.text);
    Ok(())
}

fn good(repo: &str, version: u64) -> String {
    let repo = repo.replace('-', "");
    index(&[&format!("capability.{repo}.v{version}"), &format!("capability.{repo}.always")])
}

/// Eight readers of the document, each of which returns the time of its slowest read once `running` is false.
fn read_beside(
    hub: &Arc<Hub>,
    sources: usize,
    running: &Arc<AtomicBool>,
    reads: &Arc<AtomicU64>,
) -> JoinSet<Result<Duration>> {
    let mut beside = JoinSet::new();
    for _ in 0..8 {
        let (hub, running, reads) = (hub.clone(), running.clone(), reads.clone());
        beside.spawn(async move {
            let mut slowest = Duration::ZERO;
            while running.load(Ordering::Relaxed) {
                let began = Instant::now();
                let read = hub.get("/v1/federated?format=json").await?;
                slowest = slowest.max(began.elapsed());
                document(&read)?;
                let count = read.json()["sources"].as_array().map(Vec::len);
                ensure!(count == Some(sources), "{count:?} sources");
                reads.fetch_add(1, Ordering::Relaxed);
            }
            Ok(slowest)
        });
    }
    beside
}

/// A source that fails in one way after the other.
fn flap(flapping: &Arc<Sources>, running: &Arc<AtomicBool>) -> JoinHandle<()> {
    let (flap, is_running) = (flapping.clone(), running.clone());
    tokio::spawn(async move {
        let answers = [Behaviour::Status(500, String::new()), Behaviour::Status(429, String::new()), Behaviour::Hang];
        for answer in answers.iter().cycle() {
            flap.set("/flapping", answer.clone());
            tokio::time::sleep(Duration::from_millis(50)).await;
            if !is_running.load(Ordering::Relaxed) {
                break;
            }
        }
    })
}

/// Checks that every source with a fault keeps what it had, for the right reason.
async fn are_stale(hub: &Hub, faults: &[Fault]) -> Result<()> {
    for (name, _, reason) in faults {
        let status = hub.status(name).await?;
        ensure!(status["state"] == "stale" && status["capability_count"] == 2, "{name}: {status}");
        ensure!(reason.trim().is_empty() || status["reason"] == *reason, "{name}: {status}");
        ensure!(status["reason"].is_string() && status["failing_since"].is_string(), "{name}: {status}");
    }
    Ok(())
}

/// Lets every source respond well again: one check is enough.
async fn heal(hub: &Hub, faults: &[Fault], servers: &[Sources], flapping: &Sources) -> Result<()> {
    for ((name, ..), server) in faults.iter().zip(servers) {
        server.index(&format!("/{name}"), &good(name, 3));
    }
    flapping.index("/flapping", &good("flapping", 3));
    let healed = hub.compose().await?;
    ensure!(healed["failed"] == 0, "{healed}");
    for (name, ..) in faults {
        let status: Value = hub.status(name).await?;
        ensure!(status["state"] == "fresh", "{name}: {status}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_faults_at_once_harm_nobody_else() -> Result<()> {
    let (hub, steady) = (Arc::new(Hub::start()?), Sources::start()?);
    let faults = faults()?;
    // Each gets its own server, because sources on one host wait for each other.
    let mut servers = Vec::new();
    for (name, ..) in &faults {
        let server = Sources::start()?;
        register(&hub, name, &server.index(&format!("/{name}"), &good(name, 1))).await?;
        servers.push(server);
    }
    let flapping = Arc::new(Sources::start()?);
    register(&hub, "flapping", &flapping.index("/flapping", &good("flapping", 1))).await?;
    for repo in ["steady-a", "steady-b"] {
        register(&hub, repo, &steady.index(&format!("/{repo}"), &good(repo, 1))).await?;
    }
    let sources = faults.len() + 3;
    for ((name, fault, _), server) in faults.iter().zip(&servers) {
        server.set(&format!("/{name}"), fault.clone());
    }
    for repo in ["steady-a", "steady-b"] {
        steady.index(&format!("/{repo}"), &good(repo, 2));
    }

    let (running, reads) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let mut beside = read_beside(&hub, sources, &running, &reads);
    let flaps = flap(&flapping, &running);

    let began = Instant::now();
    let composing = tokio::spawn({
        let hub = hub.clone();
        async move { hub.compose().await }
    });
    // Good sources do not wait for bad ones: they are published while the refresh still waits for those that hang.
    let prompt = eventually(async || {
        let ended = composing.is_finished();
        let text = hub.get("/v1/federated?format=json").await?.text;
        let published = ["steadya", "steadyb"].iter().all(|it| text.contains(&format!("capability.{it}.v2")));
        ensure!(published || !ended, "the refresh is over, and the good sources were never published before that");
        Ok(published.then(|| began.elapsed()))
    })
    .await?;
    let report = composing.await??;
    let took = began.elapsed();
    running.store(false, Ordering::Relaxed);
    let mut slowest = Duration::ZERO;
    while let Some(ended) = beside.join_next().await {
        slowest = slowest.max(ended??);
    }
    flaps.await?;
    ensure!(report["failed"].as_u64() >= Some(faults.len() as u64), "{report}");
    are_stale(&hub, &faults).await?;

    heal(&hub, &faults, &servers, &flapping).await?;
    figures(&format!(
        "{} faults at once: {} reads whole, the slowest {} ms; good sources published after {} ms, the refresh ended after {} ms",
        faults.len() + 1,
        reads.load(Ordering::Relaxed),
        slowest.as_millis(),
        prompt.as_millis(),
        took.as_millis()
    ));
    Ok(())
}
