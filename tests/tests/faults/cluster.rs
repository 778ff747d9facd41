//! PostgreSQL, two hubs on it, and HAProxy in front of them.

use crate::proxy::{Proxy, free_port};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, binary, eventually};
use reqwest::Method;
use serde_json::json;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use throw_away_postgres::Server;
use tokio::sync::{Mutex, MutexGuard};

/// The tests take turns: each measures times, on few processors.
static TURN: Mutex<()> = Mutex::const_new(());

pub struct Cluster {
    pub database: Arc<Server>,
    pub sources: Arc<Sources>,
    pub one: Replica,
    pub other: Replica,
    proxy: Proxy,
    _turn: MutexGuard<'static, ()>,
}

/// A hub that starts again at the same address.
pub struct Replica {
    port: u16,
    url: String,
    /// The offset of its clock, in libfaketime's form.
    clock: Option<&'static str>,
    running: Option<Hub>,
}

impl Cluster {
    /// Starts everything.
    pub async fn start() -> Result<Self> {
        Self::with_clocks([None, None]).await
    }

    /// The same with clocks that differ, such as `+5s`.
    pub async fn with_clocks(clocks: [Option<&'static str>; 2]) -> Result<Self> {
        let turn = TURN.lock().await;
        let (database, sources) = (Arc::new(Server::start()?), Arc::new(Sources::start()?));
        let mut one = Replica::new("one", &database, clocks[0])?;
        let mut other = Replica::new("other", &database, clocks[1])?;
        one.start_if_killed()?;
        other.start_if_killed()?;
        let proxy = Proxy::start(&[one.port, other.port]).await?;
        let cluster = Self { database, sources, one, other, proxy, _turn: turn };
        eventually(async || Ok((cluster.one.hub()?.get("/health").await?.status == 200).then_some(()))).await?;
        Ok(cluster)
    }

    /// The base URL of the proxy.
    pub fn base(&self) -> String {
        self.proxy.base()
    }

    /// The number that a statement returns.
    pub fn number(&self, sql: &str) -> Result<usize> {
        Ok(self.database.run(sql)?.parse()?)
    }

    /// Processes of the server that work for the hubs.
    pub fn backends(&self) -> Result<Vec<u32>> {
        let pids = self.database.run("SELECT pid FROM pg_stat_activity WHERE application_name ~ '^(one|other)'")?;
        Ok(pids.lines().map(str::parse).collect::<Result<_, _>>()?)
    }
}

impl Replica {
    /// `name` is that of its connections in `pg_stat_activity`.
    fn new(name: &str, database: &Server, clock: Option<&'static str>) -> Result<Self> {
        let url = format!("{}&application_name={name}", database.url());
        Ok(Self { port: free_port()?, url, clock, running: None })
    }

    /// Starts the hub, unless it is running.
    pub fn start_if_killed(&mut self) -> Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        let mut command = Command::new(binary());
        if let Some(clock) = self.clock {
            // As the program `faketime` does, which would be one more process in between.
            command.env("LD_PRELOAD", "/usr/$LIB/faketime/libfaketime.so.1").env("FAKETIME", clock);
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        let listen = format!("127.0.0.1:{}", self.port);
        let arguments = ["--allow-private-networks", "--listen", &listen, "--database-url", &self.url];
        self.running = Some(Hub::start_by(command, TempDir::new()?, Some(TOKEN), &arguments)?);
        Ok(())
    }

    /// Kills the hub as a power cut would.
    pub fn kill(&mut self) {
        self.running = None;
    }

    pub fn hub(&self) -> Result<&Hub> {
        self.running.as_ref().context("the hub was killed")
    }

    /// Sends the hub a signal, such as `STOP`.
    pub fn signal(&self, signal: &str) -> Result<()> {
        send_signal(signal, self.hub()?.pid())
    }
}

/// Registers a repo whose index is fetched before the response. Otherwise it is fetched afterwards, and a test might count that.
pub async fn register(hub: &Hub, repo: &str, url: &str) -> Result<()> {
    let body = json!({"repo": repo, "url": url, "domain": "test"});
    let answer = hub.write(Method::POST, "/v1/repos?require_valid=true", &body).await?;
    ensure!(answer.status == 201, "{answer:?}");
    Ok(())
}

/// Sends a signal to a process.
pub fn send_signal(signal: &str, pid: u32) -> Result<()> {
    let sent = Command::new("kill").args(["-s", signal, &pid.to_string()]).output()?;
    ensure!(sent.status.success(), "kill -s {signal} {pid}: {}", String::from_utf8_lossy(&sent.stderr));
    Ok(())
}
