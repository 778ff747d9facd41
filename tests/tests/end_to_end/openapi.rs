//! The OpenAPI document and the hub that serves it: a validator checks it, and schemathesis generates requests from it.

use crate::confined::confined;
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, index, tools};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const EXAMPLES: &str = "5";
const SEED: &str = "20261124";

fn python(program: &str) -> Command {
    let mut command = Command::new(tools().join("python/bin").join(program));
    command.env("NO_COLOR", "1");
    command
}

fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn document(hub: &Hub, folder: &Path) -> Result<std::path::PathBuf> {
    let path = folder.join("openapi.json");
    fs::write(&path, hub.get("/openapi.json").await?.text)?;
    Ok(path)
}

#[tokio::test]
async fn a_validator_accepts_it() -> Result<()> {
    let (hub, folder) = (Hub::start()?, TempDir::new()?);
    let path = document(&hub, folder.path()).await?;
    // The component has another pointer size than the native code that writes the copy.
    let served: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
    let mut copy: Value = serde_json::from_str(&fs::read_to_string(format!("{ROOT}/specs/openapi.json"))?)?;
    copy["servers"] = served["servers"].clone();
    ensure!(served == copy, "the component serves another document than specs/openapi.json");
    let check = || python("openapi-spec-validator").args(["--schema", "3.1"]).arg(&path).output();
    let output = check().context("run `cargo xtask test`, which installs the tools")?;
    ensure!(output.status.success(), "{}", said(&output));
    // The validator also rejects an invalid document.
    fs::write(&path, fs::read_to_string(&path)?.replace("\"responses\": {", "\"responses\": 3, \"x\": {"))?;
    assert!(!check()?.status.success());
    Ok(())
}

/// A hub that cannot reach external hosts, with one published source and one that is unreachable.
async fn hub_to_explore() -> Result<(Hub, Sources)> {
    let (hub, sources) = (confined()?, Sources::start()?);
    hub.register("published", &sources.index("/published", &index(&["capability.a"]))).await?;
    hub.register("a", "http://elsewhere.invalid/index.yaml").await?;
    let reason = hub.status("a").await?["reason"].clone();
    ensure!(reason == "host-not-allowed", "{reason}");
    Ok((hub, sources))
}

async fn explore(token: Option<&str>) -> Result<()> {
    let folder = TempDir::new()?;
    let (hub, _sources) = hub_to_explore().await?;
    let examples = std::env::var("SCHEMATHESIS_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    let seed = std::env::var("SCHEMATHESIS_SEED").unwrap_or_else(|_| SEED.to_owned());
    let mut command = python("schemathesis");
    command.args(["--config-file", &format!("{ROOT}/tests/tools/schemathesis.toml"), "run"]);
    command.args([&format!("{}/openapi.json", hub.base()), "--url", hub.base(), "--checks", "all"]);
    command.args(["--max-examples", &examples, "--seed", &seed, "--generation-database", "none", "--no-color"]);
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    let output = command.current_dir(folder.path()).output()?;
    ensure!(output.status.success(), "seed {seed}, {examples} examples:\n{}\n{}", said(&output), hub.log());
    Ok(())
}

#[tokio::test]
async fn nothing_undocumented_happens_with_a_token() -> Result<()> {
    explore(Some(TOKEN)).await
}

#[tokio::test]
async fn nothing_undocumented_happens_without_a_token() -> Result<()> {
    explore(None).await
}
