//! With a low limit on open files, clients use at most half of them; the rest is for the database and the connections to sources.

use crate::support::document;
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, binary, index};
use std::fs;
use std::process::Command;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The hard limit on open files, four times the soft limit at start.
const FILES: usize = 256;

/// A connection that has sent one request and stays open.
async fn idle(hub: &Hub) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(hub.base().trim_start_matches("http://")).await?;
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n").await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        answer.push(stream.read_u8().await?);
    }
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    Ok(stream)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_clients_take_neither_the_database_nor_the_sources_away() -> Result<()> {
    let mut command = Command::new("sh");
    let limited = format!("ulimit -S -n {}; ulimit -H -n {FILES}; exec \"$@\"", FILES / 4);
    command.args(["-c", &limited, "sh"]).arg(binary());
    let hub = Hub::start_by(command, TempDir::new()?, Some(TOKEN), &["--allow-private-networks"])?;
    let limits = fs::read_to_string(format!("/proc/{}/limits", hub.pid()))?;
    let files = limits.lines().find(|line| line.starts_with("Max open files")).context("no limit")?;
    ensure!(files.split_whitespace().nth(3) == Some(&FILES.to_string()), "the soft limit was not raised: {files}");

    let mut clients = Vec::new();
    for _ in 0..2 * FILES {
        clients.push(idle(&hub).await?);
    }
    let open = fs::read_dir(format!("/proc/{}/fd", hub.pid()))?.count();
    ensure!(open <= FILES * 3 / 4, "{open} files are open");
    let sources = Sources::start()?;
    for number in 0..40 {
        let id = format!("capability.n{number}");
        hub.register(&format!("n{number}"), &sources.index(&format!("/{number}"), &index(&[&id]))).await?;
    }
    hub.compose().await?;
    ensure!(document(&hub.get("/v1/federated?format=json").await?)? > 0);
    ensure!(hub.get("/health").await?.status == 200);
    let accepted = hub.log();
    ensure!(!accepted.contains("Too many open files") && accepted.contains("few files may be open"), "{accepted}");
    Ok(())
}
