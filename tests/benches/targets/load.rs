//! Runs wrk and reads its result.

use anyhow::{Context as _, Result, ensure};
use std::ffi::OsStr;
use std::process::Command;

/// Number of open connections.
const CONNECTIONS: &str = "-c32";

/// Requests per second, from one thread over 32 connections.
pub fn requests_per_second(url: &str, header: Option<&str>, seconds: u32) -> Result<f64> {
    let header = header.map(|header| ["-H", header]);
    wrk(url, header.iter().flatten(), seconds)
}

/// The same for many paths in turn, with a number after each, so that no request is repeated.
pub fn requests_of_many(base: &str, paths: &[String], seconds: u32) -> Result<f64> {
    let script = tempfile::NamedTempFile::new()?;
    let paths: Vec<String> = paths.iter().map(|path| format!("{path:?}")).collect();
    let code = format!(
        "local paths = {{{}}}\nlocal n = 0\nrequest = function()\n  n = n + 1\n  return wrk.format(nil, paths[n % #paths + 1] .. n)\nend\n",
        paths.join(", ")
    );
    std::fs::write(script.path(), code)?;
    let script = script.path().to_string_lossy();
    wrk(base, ["-s", &script], seconds)
}

fn wrk(url: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, seconds: u32) -> Result<f64> {
    let mut command = Command::new("wrk");
    command.args(["-t1", CONNECTIONS, &format!("-d{seconds}s")]).args(arguments);
    let output = command.arg(url).output().context("wrk cannot be started: `cargo xtask bench` installs it")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success() && !text.contains("Non-2xx") && !text.contains("Socket errors"), "{url}: {text}");
    let rate = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")).context("wrk gave no rate")?;
    rate.trim().parse().context("wrk gave no number")
}
