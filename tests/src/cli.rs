//! The command line, as a user or a script runs it.

use crate::{Hub, TOKEN, binary};
use anyhow::Result;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// The command line, configured for a hub.
pub struct Cli {
    base: String,
    token: Option<String>,
    folder: Option<PathBuf>,
    cache: Option<PathBuf>,
    certificates: Option<PathBuf>,
}

/// The result of a run.
#[derive(Debug)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// Standard output as JSON; null if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_default()
    }
}

impl Cli {
    /// Creates a command line for `hub`, with its token.
    pub fn new(hub: &Hub) -> Self {
        Self { token: Some(TOKEN.to_owned()), ..Self::at(hub.base()) }
    }

    /// Creates a command line for a server at `base`.
    pub fn at(base: &str) -> Self {
        Self { base: base.to_owned(), token: None, folder: None, cache: None, certificates: None }
    }

    /// Runs in `folder`.
    pub fn inside(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Uses `folder` for the cache.
    pub fn with_cache(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache = Some(folder.into());
        self
    }

    /// Trusts only the authorities in this file.
    pub fn trusting(mut self, certificates: impl Into<PathBuf>) -> Self {
        self.certificates = Some(certificates.into());
        self
    }

    /// Uses this token instead.
    pub fn with_token(mut self, token: Option<&str>) -> Self {
        self.token = token.map(str::to_owned);
        self
    }

    /// Runs `reuse-surface` with these arguments.
    ///
    /// # Errors
    /// If the program cannot be started.
    pub fn run(&self, words: &[&str]) -> Result<Ran> {
        let mut command = Command::new(binary());
        command.args(words).env("REUSE_SURFACE_URL", &self.base).env_remove("REUSE_SURFACE_TOKEN");
        command.env_remove("REUSE_SURFACE_TOKEN_FILE");
        command.envs(self.token.as_ref().map(|token| ("REUSE_SURFACE_TOKEN", token)));
        command.envs(self.cache.as_ref().map(|folder| ("XDG_CACHE_HOME", folder)));
        if let Some(file) = &self.certificates {
            command.env("SSL_CERT_FILE", file).env_remove("SSL_CERT_DIR");
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        let output = command.output()?;
        Ok(Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        })
    }
}
