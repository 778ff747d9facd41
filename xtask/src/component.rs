//! Builds the hub as a WebAssembly component, and its ahead-of-time compiled form.

use crate::wasm_target::{TRIPLE, WasmTarget};
use crate::workspace::{Profile, Workspace, run};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The component that the host's tests run in place of the hub.
const PROBE: &str = "probe-component";

/// Builds the component, then compiles it for this machine. It uses the `precompile` of the same profile as the binary
/// that will load the component, so that nothing is compiled for a second profile.
pub(crate) fn build(workspace: &Workspace, profile: Profile) -> Result<()> {
    let wasm = build_wasm(workspace, profile)?;
    precompile(workspace, profile, &wasm)
}

/// Builds the component that the tests run in place of the hub, and precompiles it in the same way as the hub.
pub(crate) fn build_probe(workspace: &Workspace) -> Result<()> {
    let wasm = build_package(workspace, Profile::Dev, PROBE)?;
    precompile(workspace, Profile::Dev, &wasm)
}

fn precompile(workspace: &Workspace, profile: Profile, wasm: &Path) -> Result<()> {
    let precompile = workspace.build_binary("precompile", profile)?;
    let compiled = wasm.with_extension("cwasm");
    if is_older(&compiled, &[wasm, &precompile])? {
        // Renamed into place, so that an interrupted run leaves no file that looks complete.
        let unfinished = wasm.with_extension("cwasm.part");
        run(Command::new(&precompile).arg(wasm).arg(&unfinished))?;
        fs::rename(&unfinished, &compiled).with_context(|| format!("`precompile` made no {}", unfinished.display()))?;
    }
    Ok(())
}

/// Builds only the component, and returns its path.
pub(crate) fn build_wasm(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    build_package(workspace, profile, "hub-component")
}

fn build_package(workspace: &Workspace, profile: Profile, package: &str) -> Result<PathBuf> {
    let target = WasmTarget::prepare(workspace)?;
    let mut cargo = workspace.cargo();
    // Only as a cdylib: if it also builds the rlib for the native tests, cargo skips link-time optimisation.
    cargo.args(["rustc", "--package", package, "--lib", "--crate-type", "cdylib"]);
    cargo.args(["--profile", profile.of_component()]);
    target.apply(&mut cargo);
    // Set in the environment, not in the profile, which the much larger native binary shares.
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "fat");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
    cargo.env("CARGO_PROFILE_RELEASE_STRIP", "true");
    run(&mut cargo)?;
    Ok(workspace.target().join(TRIPLE).join(profile.of_component()).join(format!("{}.wasm", package.replace('-', "_"))))
}

/// Whether `file` is missing or older than any of `sources`.
fn is_older(file: &Path, sources: &[&Path]) -> Result<bool> {
    let Ok(made) = fs::metadata(file).and_then(|metadata| metadata.modified()) else {
        return Ok(true);
    };
    for source in sources {
        let changed = fs::metadata(source)
            .and_then(|metadata| metadata.modified())
            .with_context(|| format!("{} was not built", source.display()))?;
        if changed > made {
            return Ok(true);
        }
    }
    Ok(false)
}
