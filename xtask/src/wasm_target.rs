//! Makes `wasm32-wasip2` buildable: as rustup's target, or else from Debian's packages.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::say;
use crate::workspace::Workspace;

/// The triple of the component.
pub(crate) const TRIPLE: &str = "wasm32-wasip2";

/// How cargo comes to a standard library for [`TRIPLE`].
pub(crate) enum WasmTarget {
    /// The toolchain has one.
    Installed,
    /// Debian's compiler builds one from source, with this environment.
    FromSource(Vec<(String, String)>),
}

impl WasmTarget {
    /// Finds or makes the target; does nothing that takes time once it is there.
    pub(crate) fn prepare(workspace: &Workspace) -> Result<Self> {
        if is_installed(workspace)? {
            return Ok(Self::Installed);
        }
        // Asked before rustup, which would wait for the network anew on every build where there is none.
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

    /// Adds what a cargo call for the component needs, right after cargo's verb.
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
        .context("`rustc` cannot be started")?;
    // The folder is printed whether it exists or not; an unknown target is an error and as good as missing.
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let Ok(entries) = folder.read_dir() else { return Ok(false) };
    Ok(entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
}

fn add_with_rustup(workspace: &Workspace) -> Result<()> {
    let status = Command::new("rustup").current_dir(workspace.root()).args(["target", "add", TRIPLE]).status();
    match status {
        Ok(status) if status.success() && is_installed(workspace)? => Ok(()),
        Ok(status) if status.success() => bail!("`rustup target add {TRIPLE}` left no standard library behind"),
        Ok(status) => bail!("`rustup target add {TRIPLE}` failed ({status})"),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!("there is no rustup"),
        Err(error) => Err(error).context("`rustup` cannot be started"),
    }
}

fn from_debian(workspace: &Workspace, folder: &Path) -> Result<WasmTarget> {
    let script = workspace.root().join("scripts/wasm-target-debian.sh");
    let output = Command::new(&script)
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{} cannot be started", script.display()))?;
    if !output.status.success() {
        bail!("scripts/wasm-target-debian.sh failed ({})", output.status);
    }
    let environment = String::from_utf8(output.stdout)?
        .lines()
        .map(|line| {
            let (name, value) = line.split_once('=').with_context(|| format!("not NAME=VALUE: {line}"))?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect::<Result<_>>()?;
    Ok(WasmTarget::FromSource(environment))
}
