//! The verbs that build. Each works on a fresh clone.

use crate::component;
use crate::tools;
use crate::workspace::{Profile, Workspace, run};
use anyhow::{Context, Result};
use std::env;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// `cargo xtask component`: builds what `spin build` needs, without the native host that precompiles it for `serve`.
pub(crate) fn component() -> Result<()> {
    component::build_wasm(&Workspace::locate()?, Profile::Release).map(drop)
}

/// `cargo xtask tools`
pub(crate) fn tools() -> Result<()> {
    tools::prepare(&Workspace::locate()?).map(drop)
}

/// `cargo xtask build`
pub(crate) fn build(profile: Profile) -> Result<()> {
    let workspace = Workspace::locate()?;
    build_all(&workspace, profile)?;
    if matches!(profile, Profile::Dev) {
        // Needed if plain cargo runs the tests next.
        component::build_probe(&workspace)?;
    }
    Ok(())
}

/// `cargo xtask serve`: replaces this process with the hub, so that signals reach it and
/// its exit code is the command's.
pub(crate) fn serve(arguments: &[&str]) -> Result<()> {
    let binary = build_all(&Workspace::locate()?, Profile::Dev)?;
    let error = Command::new(&binary).args(["serve", "--allow-private-networks"]).args(arguments).exec();
    Err(error).with_context(|| format!("cannot start {}", binary.display()))
}

/// `cargo xtask test`
pub(crate) fn test(arguments: &[&str]) -> Result<()> {
    let workspace = Workspace::locate()?;
    // First, so that a failed installation is reported before a long build.
    let tools = tools::prepare(&workspace)?;
    let binary = build_all(&workspace, Profile::Dev)?;
    component::build_probe(&workspace)?;
    // The end-to-end tests run the binary just built. Cargo reports its path only to tests of its own package.
    run(workspace
        .cargo()
        // A failing suite does not stop the others; cargo lists the failed ones at the end.
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(arguments)
        .env("REUSE_SURFACE_BIN", binary)
        .env("REUSE_SURFACE_TOOLS", tools))
}

/// `cargo xtask docs`: the tests that compare the generated documents write them instead.
pub(crate) fn docs() -> Result<()> {
    let tests = ["--test", "native", "--bin", "reuse-surface", "--", "the_copy_in_specs", "the_page_is_what"];
    let updates = [("UPDATE_SPECS", "1"), ("UPDATE_DOCS", "1")];
    run(Workspace::locate()?.cargo().args(["test", "--workspace"]).args(tests).envs(updates))
}

/// `cargo xtask man`: the test of the manual pages writes them into `folder`.
pub(crate) fn man(folder: &str) -> Result<()> {
    let test = ["--bin", "reuse-surface", "--", "every_command_has_a_manual_page"];
    let folder = env::current_dir()?.join(folder);
    run(Workspace::locate()?.cargo().args(["test", "--workspace"]).args(test).env("MANUAL_PAGES", folder))
}

/// `cargo xtask bench`
pub(crate) fn bench(only: &[&str]) -> Result<()> {
    let workspace = Workspace::locate()?;
    tools::prepare_bench()?;
    let binary = build_all(&workspace, Profile::Release)?;
    run(workspace
        .cargo()
        .args(["bench", "--workspace", "--bench", "targets", "--"])
        .args(only)
        .env("REUSE_SURFACE_BIN", binary))
}

fn build_all(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    component::build(workspace, profile)?;
    workspace.build_binary("reuse-surface", profile)
}
