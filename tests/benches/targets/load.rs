//! Runs wrk and reads its result.

use anyhow::{Context as _, Result, ensure};
use std::process::Command;

/// Number of open connections.
const CONNECTIONS: &str = "-c32";

/// Requests per second, from one thread over 32 connections.
pub fn requests_per_second(url: &str, header: Option<&str>, seconds: u32) -> Result<f64> {
    let mut command = Command::new("wrk");
    command.args(["-t1", CONNECTIONS, &format!("-d{seconds}s")]);
    if let Some(header) = header {
        command.args(["-H", header]);
    }
    let output = command.arg(url).output().context("wrk cannot be started: `cargo xtask bench` installs it")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success() && !text.contains("Non-2xx") && !text.contains("Socket errors"), "{url}: {text}");
    let rate = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")).context("wrk gave no rate")?;
    rate.trim().parse().context("wrk gave no number")
}
