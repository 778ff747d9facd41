//! Creates a Python environment with packages from PyPI.

use super::{debian, once};
use crate::workspace::run;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// Creates the environment `folder` with the packages listed in `requirements`.
pub(super) fn prepare(requirements: &Path, folder: &Path) -> Result<()> {
    debian::install(&[("python3", "python3")])?;
    once(requirements, folder, || {
        let has_venv =
            Command::new("python3").args(["-c", "import ensurepip"]).output().is_ok_and(|o| o.status.success());
        if !has_venv {
            debian::install(&[("python3-venv", "python3-venv")])?;
        }
        run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        run(Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(requirements))
    })
}
