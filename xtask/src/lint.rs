//! `cargo xtask lint`

use crate::say;
use crate::wasm_target::{TRIPLE, WasmTarget};
use crate::workspace::{Workspace, run};
use anyhow::Result;

/// Checks formatting, and runs clippy on native code and on the code that exists only in the component.
pub(crate) fn lint() -> Result<()> {
    let workspace = Workspace::locate()?;
    run(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    run(workspace.cargo().args(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))?;
    run(workspace.cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    match WasmTarget::prepare(&workspace)? {
        WasmTarget::Installed => run(workspace.cargo().args([
            "clippy",
            "--package",
            "hub-component",
            "--target",
            TRIPLE,
            "--",
            "-D",
            "warnings",
        ])),
        WasmTarget::FromSource(_) => {
            say(
                "xtask: NOT CHECKED: clippy for wasm32-wasip2, since clippy and Debian's compiler have different versions",
            );
            Ok(())
        }
    }
}
