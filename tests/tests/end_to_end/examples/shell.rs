//! Runs the commands of a page as a reader would: in bash, with the program in the path and a running hub.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, TOKEN, binary};
use std::path::Path;
use std::process::Command;

/// Runs `commands` in `folder` and returns their output.
///
/// # Errors
/// If a command fails.
pub fn run(commands: &str, folder: &Path, hub: &Hub) -> Result<String> {
    let program = binary().canonicalize()?;
    let program = program.parent().context("the program is in a folder")?;
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", commands]).current_dir(folder);
    command.env("PATH", format!("{}:{path}", program.display())).env("XDG_CACHE_HOME", folder.join("cache"));
    command.env("REUSE_SURFACE_URL", hub.base()).env("REUSE_SURFACE_TOKEN", TOKEN);
    command.env_remove("REUSE_SURFACE_TOKEN_FILE");
    let output = command.output()?;
    ensure!(output.status.success(), "{commands}\n{output:?}");
    Ok(String::from_utf8(output.stdout)?)
}
