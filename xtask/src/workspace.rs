//! The workspace on disk, and calls of the cargo that runs this program.

use crate::say;
use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The cargo profile of a build.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Dev,
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }

    /// The profile of the embedded component, and the name of its folder.
    pub(crate) fn of_component(self) -> &'static str {
        match self {
            Self::Dev => "component-dev",
            Self::Release => "release",
        }
    }
}

/// The locations of the sources and of cargo's build output.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Locates the workspace with cargo, since environment and configuration may move the target folder.
    pub(crate) fn locate() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?.to_owned();
        let output = cargo_in(&root).args(["metadata", "--no-deps", "--format-version=1"]).output()?;
        if !output.status.success() {
            bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata = String::from_utf8(output.stdout)?;
        let target = metadata
            .split_once(r#""target_directory":""#)
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(folder, _)| PathBuf::from(folder))
            .context("`cargo metadata` reports no target_directory")?;
        Ok(Self { root, target })
    }

    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A call of cargo in the workspace, without arguments yet.
    pub(crate) fn cargo(&self) -> Command {
        cargo_in(&self.root)
    }

    /// Builds the binary `name` and returns its path.
    ///
    /// Selects the whole workspace, not just the binary's package. Features are then the same for all binaries and
    /// tests, and no dependency is compiled twice.
    pub(crate) fn build_binary(&self, name: &str, profile: Profile) -> Result<PathBuf> {
        let mut cargo = self.cargo();
        cargo.args(["build", "--workspace", "--bin", name]);
        if matches!(profile, Profile::Release) {
            cargo.arg("--release");
        }
        run(&mut cargo)?;
        Ok(self.target.join(profile.folder()).join(name))
    }
}

/// Runs a command to completion in this program's terminal; an error names the failed command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = command_line(command);
    say(&format!("xtask: {line}"));
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

fn command_line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// A call of cargo in the workspace `root`, without arguments yet.
pub(crate) fn cargo_in(root: &Path) -> Command {
    // Cargo passes its own path, so that a toolchain chosen with `cargo +name xtask` is kept.
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    // Variables that `cargo run` set for this program's own package. Some build scripts watch these names and would run
    // again, recompiling their C code and its dependents, whenever cargo is called alternately with and without xtask.
    for (name, _) in env::vars_os() {
        if ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            cargo.env_remove(name);
        }
    }
    cargo
}
