//! A hub for one test: the real binary on a free port, with a data directory that survives a restart.

use crate::{binary, eventually};
use anyhow::{Context as _, Result, bail};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use throw_away_postgres::{Server, is_on_postgres};

/// The bootstrap token of every test hub.
pub const TOKEN: &str = "a-token-for-tests-only";

/// A running hub; killed when dropped.
pub struct Hub {
    child: Child,
    data: TempDir,
    arguments: Vec<String>,
    base: String,
    log: Arc<Mutex<String>>,
    client: reqwest::Client,
}

/// A response with its complete body.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Response headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; null if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The value of a header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

impl Hub {
    /// Starts a hub that accepts writes and may fetch from loopback.
    ///
    /// # Errors
    /// If the binary does not start or does not report its address.
    pub fn start() -> Result<Self> {
        Self::start_in(TempDir::new()?, Some(TOKEN), &["--allow-private-networks"])
    }

    /// Starts a hub on a data directory, with this token and these additional arguments.
    ///
    /// # Errors
    /// As [`Hub::start`].
    pub fn start_in(data: TempDir, token: Option<&str>, arguments: &[&str]) -> Result<Self> {
        Self::start_by(Command::new(binary()), data, token, arguments)
    }

    /// As [`Hub::start_in`], with a command that finally executes the binary with the arguments that are appended.
    ///
    /// # Errors
    /// As [`Hub::start`].
    pub fn start_by(mut command: Command, data: TempDir, token: Option<&str>, arguments: &[&str]) -> Result<Self> {
        command.args(["serve", "--log-format", "json", "--data-dir"]);
        command.arg(data.path()).args(arguments);
        if is_on_postgres() && !arguments.contains(&"--database-url") {
            command.args(["--database-url", &database_of(data.path())?]);
        }
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if !arguments.contains(&"--refresh-interval") {
            command.args(["--refresh-interval", "0"]);
        }
        command.env_remove("REUSE_SURFACE_TOKEN").env_remove("REUSE_SURFACE_TOKEN_FILE");
        command.envs(token.map(|token| ("REUSE_SURFACE_TOKEN", token)));
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("run `cargo xtask test`, which builds the binary")?;
        let stderr = BufReader::new(child.stderr.take().context("no stderr")?);
        let log = Arc::new(Mutex::new(String::new()));
        let (sender, receiver) = std::sync::mpsc::channel();
        let written = log.clone();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let address =
                    serde_json::from_str::<Value>(&line).ok().and_then(|l| l["address"].as_str().map(str::to_owned));
                if let Some(address) = address {
                    let _ = sender.send(address);
                }
                let mut log = written.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        });
        // The sender is dropped at the end of the log, so this does not wait for a hub that died at once.
        let Ok(address) = receiver.recv() else {
            bail!("the hub did not start: {}", log.lock().unwrap_or_else(PoisonError::into_inner));
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build()?;
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Ok(Self { child, data, arguments, base: format!("http://{address}"), log, client })
    }

    /// Kills the hub as a power cut would, and starts it again on the same data.
    ///
    /// # Errors
    /// As [`Hub::start`].
    pub fn kill_and_restart(self) -> Result<Self> {
        Self::start_in(self.kill()?, Some(TOKEN), &["--allow-private-networks"])
    }

    /// Kills the hub as a power cut would, and returns its data directory.
    ///
    /// # Errors
    /// If the hub cannot be killed.
    pub fn kill(mut self) -> Result<TempDir> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(std::mem::replace(&mut self.data, TempDir::new()?))
    }

    /// The process id of the hub.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops the hub gracefully, and starts it again with the same data and arguments, on another port.
    ///
    /// # Errors
    /// As [`Hub::start`], or if the hub does not exit cleanly.
    pub fn restart(&mut self) -> Result<()> {
        let code = self.terminate()?;
        anyhow::ensure!(code == Some(0), "the hub ended with {code:?}");
        // The hub logs it if it had to abandon a request.
        anyhow::ensure!(!self.log().contains("did not finish in time"), "{}", self.log());
        let data = std::mem::replace(&mut self.data, TempDir::new()?);
        let arguments = std::mem::take(&mut self.arguments);
        *self = Self::start_in(data, Some(TOKEN), &arguments.iter().map(String::as_str).collect::<Vec<_>>())?;
        Ok(())
    }

    /// Stops the hub gracefully and returns its exit code.
    ///
    /// # Errors
    /// If the hub cannot be signalled.
    pub fn terminate(&mut self) -> Result<Option<i32>> {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        anyhow::ensure!(killed.success(), "kill failed");
        Ok(self.child.wait()?.code())
    }

    /// The base URL of the hub.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The data directory of the hub.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The log of the hub so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A request to the hub, without a token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request and reads the response.
    ///
    /// # Errors
    /// If there is no response.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }

    /// Reads a path.
    ///
    /// # Errors
    /// If there is no response.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send(self.request(Method::GET, path)).await
    }

    /// Writes with the token and a JSON body.
    ///
    /// # Errors
    /// If there is no response.
    pub async fn write(&self, method: Method, path: &str, body: &Value) -> Result<Answer> {
        self.send(self.request(method, path).bearer_auth(TOKEN).json(body)).await
    }

    /// Refreshes everything and publishes.
    ///
    /// # Errors
    /// If the hub does not confirm it.
    pub async fn compose(&self) -> Result<Value> {
        let request = self.request(Method::POST, "/v1/federated/compose?force=true").bearer_auth(TOKEN);
        let answer = self.send(request).await?;
        anyhow::ensure!(answer.status == 200, "{answer:?}");
        Ok(answer.json())
    }

    /// Registers a source and composes, so that its index is fetched. The fetch that the registration leaves for later is over before, so that nobody
    /// meets it later.
    ///
    /// # Errors
    /// If the hub refuses.
    pub async fn register(&self, repo: &str, url: &str) -> Result<()> {
        let answer = self
            .write(Method::POST, "/v1/repos", &serde_json::json!({"repo": repo, "url": url, "domain": "test"}))
            .await?;
        anyhow::ensure!(answer.status == 201, "{}", answer.text);
        let is_fetched = async || {
            let page = self.get(&format!("/v1/repos?q={repo}&limit=1000")).await?.json();
            let listed = page["repos"].as_array().into_iter().flatten();
            let mut own = listed.filter(|it| it["repo"] == repo && it["status"]["last_attempt_at"].is_string());
            Ok(own.next().map(drop))
        };
        eventually(is_fetched).await?;
        self.compose().await.map(drop)
    }

    /// The federated document as JSON.
    ///
    /// # Errors
    /// If there is no response.
    pub async fn document(&self) -> Result<Value> {
        Ok(self.get("/v1/federated?format=json").await?.json())
    }

    /// The status of a source.
    ///
    /// # Errors
    /// If there is no response.
    pub async fn status(&self, repo: &str) -> Result<Value> {
        Ok(self.get(&format!("/v1/repos/{repo}")).await?.json()["status"].clone())
    }
}

/// The database of the hub that starts in this directory: a schema of its own, the same after a restart.
fn database_of(data: &Path) -> Result<String> {
    let file = data.join("database-url");
    if let Ok(url) = std::fs::read_to_string(&file) {
        return Ok(url);
    }
    let url = Server::shared()?.schema()?;
    std::fs::write(file, &url)?;
    Ok(url)
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
