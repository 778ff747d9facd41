//! A hub that can reach only loopback, for tests with URLs on foreign hosts.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, TOKEN};
use std::fs;
use tempfile::TempDir;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../spin.toml");

pub fn confined() -> Result<Hub> {
    confined_with(&[])
}

/// The same with more arguments.
pub fn confined_with(arguments: &[&str]) -> Result<Hub> {
    let manifest = fs::read_to_string(MANIFEST)?;
    let open = "\"https://*:*\", \"http://*:*\"";
    ensure!(manifest.contains(open), "spin.toml declares its hosts differently now");
    let data = TempDir::new()?;
    let path = data.path().join("spin.toml");
    fs::write(&path, manifest.replace(open, "\"http://127.0.0.1:*\""))?;
    let path = path.to_str().context("a path in UTF-8")?.to_owned();
    let arguments = [&["--allow-private-networks", "--manifest", &path], arguments].concat();
    Hub::start_in(data, Some(TOKEN), &arguments)
}
