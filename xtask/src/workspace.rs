//! The workspace on disk, and calls of the cargo that runs this program.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::say;

/// Which of cargo's profiles things are built with.
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

    /// The profile of the component inside the binary, and the name of its folder.
    pub(crate) fn of_component(self) -> &'static str {
        match self {
            Self::Dev => "component-dev",
            Self::Release => "release",
        }
    }
}

/// Where the sources are and where cargo leaves what it builds.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Asks cargo, since environment and configuration both may move the target folder.
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
            .context("`cargo metadata` names no target_directory")?;
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
    /// The whole workspace is selected, not the binary's package alone: features then come out the same for every binary and for
    /// the tests, and no dependency is compiled twice.
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

/// Runs a command to its end, with this program's terminal; an error names the command that failed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = command_line(command);
    say(&format!("xtask: {line}"));
    let status = command.status().with_context(|| format!("`{line}` cannot be started"))?;
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

fn cargo_in(root: &Path) -> Command {
    // Cargo tells which cargo it is, so that a toolchain chosen with `cargo +name xtask` is kept.
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    // What `cargo run` told this program about its own package. Some build scripts watch these names, and would run anew, their C
    // code and all that depends on it with them, whenever cargo is called with and without xtask in turn.
    for (name, _) in env::vars_os() {
        if ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            cargo.env_remove(name);
        }
    }
    cargo
}
