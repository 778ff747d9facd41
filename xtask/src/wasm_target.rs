//! Provides the target `wasm32-wasip2`, from rustup or else from Debian packages.

use crate::say;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The target triple of the component.
pub(crate) const TRIPLE: &str = "wasm32-wasip2";

/// How cargo gets a standard library for [`TRIPLE`].
pub(crate) enum WasmTarget {
    /// The toolchain has one.
    Installed,
    /// Debian's compiler builds one from source, with this environment.
    FromSource(Vec<(String, String)>),
}

impl WasmTarget {
    /// Finds or installs the target; returns quickly once it is there.
    pub(crate) fn prepare(workspace: &Workspace) -> Result<Self> {
        if is_installed(workspace)? {
            return Ok(Self::Installed);
        }
        // Checked before rustup, which would wait for the network on every build without one.
        let unpacked = workspace.target().join("wasm-toolchain");
        if unpacked.join("complete").exists() {
            return from_debian(workspace, &unpacked);
        }
        let Err(rustup) = add_with_rustup(workspace) else {
            return Ok(Self::Installed);
        };
        say(&format!("xtask: {rustup:#}; trying Debian's packages instead"));
        from_debian(workspace, &unpacked).with_context(|| {
            format!(
                "no way to build for {TRIPLE}: {rustup:#}. Run `rustup target add {TRIPLE}` where rustup can download, or give \
                 apt a Debian mirror with the suites bookworm, bookworm-security and trixie"
            )
        })
    }

    /// Adds the arguments and environment for the component to a cargo call, right after cargo's verb.
    pub(crate) fn apply(&self, cargo: &mut Command) {
        cargo.args(["--target", TRIPLE]);
        if let Self::FromSource(environment) = self {
            cargo.arg("-Zbuild-std=std,panic_abort").envs(environment.iter().map(|(name, value)| (name, value)));
        }
    }
}

fn is_installed(workspace: &Workspace) -> Result<bool> {
    let output = Command::new("rustc")
        .current_dir(workspace.root())
        .args(["--print", "target-libdir", "--target", TRIPLE])
        .output()
        .context("cannot start `rustc`")?;
    // The folder is printed whether it exists or not. An unknown target is an error and counts as missing.
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let Ok(entries) = folder.read_dir() else { return Ok(false) };
    Ok(entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
}

fn add_with_rustup(workspace: &Workspace) -> Result<()> {
    let status = Command::new("rustup").current_dir(workspace.root()).args(["target", "add", TRIPLE]).status();
    match status {
        Ok(status) if status.success() && is_installed(workspace)? => Ok(()),
        Ok(status) if status.success() => bail!("`rustup target add {TRIPLE}` installed no standard library"),
        Ok(status) => bail!("`rustup target add {TRIPLE}` failed ({status})"),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!("rustup is not installed"),
        Err(error) => Err(error).context("cannot start `rustup`"),
    }
}

fn from_debian(workspace: &Workspace, folder: &Path) -> Result<WasmTarget> {
    let script = workspace.root().join("scripts/wasm-target-debian.sh");
    let output = Command::new(&script)
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", script.display()))?;
    if !output.status.success() {
        bail!("scripts/wasm-target-debian.sh failed ({})", output.status);
    }
    let environment = String::from_utf8(output.stdout)?
        .lines()
        .map(|line| {
            let (name, value) = line.split_once('=').with_context(|| format!("expected NAME=VALUE: {line}"))?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect::<Result<_>>()?;
    Ok(WasmTarget::FromSource(environment))
}
