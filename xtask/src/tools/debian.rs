//! Installs programs from Debian packages.

use super::once;
use crate::workspace::run;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Installs the packages of the programs in `list` that are not on the PATH.
pub(super) fn prepare(list: &Path) -> Result<()> {
    let text = fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    install(&programs(&text))
}

/// Installs the packages of the `(program, package)` pairs whose program is not on the PATH.
pub(super) fn install(programs: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<&str> =
        programs.iter().filter(|(program, _)| !is_on_path(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !is_on_path("apt-get") || !is_root()? {
        bail!("the tests need these Debian packages, or others with the same programs: {}", missing.join(" "));
    }
    run(Command::new("apt-get").arg("update"))?;
    run(Command::new("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "--assume-yes", "--no-install-recommends"])
        .args(missing))
}

/// Unpacks the packages of the programs in `list` into `folder`; nothing in them is installed or started.
pub(super) fn unpack(list: &Path, folder: &Path) -> Result<()> {
    once(list, folder, || {
        if is_root()? {
            run(Command::new("apt-get").arg("update"))?;
        }
        for (_, package) in programs(&fs::read_to_string(list)?) {
            run(Command::new("apt-get").current_dir(folder).args(["download", package]))?;
        }
        for entry in fs::read_dir(folder)? {
            let archive = entry?.path();
            if archive.extension().is_some_and(|extension| extension == "deb") {
                run(Command::new("dpkg-deb").arg("--extract").args([archive.as_path(), folder]))?;
            }
        }
        Ok(())
    })
}

/// The `(program, package)` pairs of a list.
fn programs(text: &str) -> Vec<(&str, &str)> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.trim().split_once(' ')).collect()
}

fn is_on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output().context("cannot start `id`")?;
    Ok(output.stdout.trim_ascii() == b"0")
}
