//! Tools for the end-to-end tests: a browser, and clients and checkers from the package registries.
//!
//! `tests/tools/` lists them. They are installed into the target folder, once per state of these lists.

mod debian;
mod node;
mod python;

use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Installs the missing tools, and returns the folder, which contains `python/bin/python`, `unpacked/usr/bin/promtool`, and `node_modules` in `node` and `mcp`.
pub(crate) fn prepare(workspace: &Workspace) -> Result<PathBuf> {
    let lists = workspace.root().join("tests/tools");
    let tools = workspace.target().join("tools");
    debian::prepare(&lists.join("debian.txt"))?;
    debian::unpack(&lists.join("unpacked.txt"), &tools.join("unpacked"))?;
    python::prepare(&lists.join("requirements.txt"), &tools.join("python"))?;
    node::prepare(&lists.join("package.json"), &tools.join("node"))?;
    node::prepare(&lists.join("mcp.json"), &tools.join("mcp"))?;
    Ok(tools)
}

/// Installs a C++ compiler if there is none: libFuzzer is C++.
pub(crate) fn prepare_cpp() -> Result<()> {
    debian::install(&[("c++", "g++")])
}

/// Installs the programs that the benchmark compares with and measures with.
pub(crate) fn prepare_bench() -> Result<()> {
    debian::install(&[("nginx", "nginx-light"), ("wrk", "wrk")])
}

/// Runs `install` in an empty `folder` unless that was done before for the same `list`.
fn once(list: &Path, folder: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let wanted = fs::read(list).with_context(|| format!("cannot read {}", list.display()))?;
    let installed = folder.join("installed");
    if fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    install()?;
    // Written last, so that an interrupted installation is repeated.
    fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))
}
