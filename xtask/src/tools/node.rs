//! Installs packages from the npm registry.

use super::{debian, once};
use crate::workspace::run;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Installs the packages listed in `package` into `folder/node_modules`.
pub(super) fn prepare(package: &Path, folder: &Path) -> Result<()> {
    debian::install(&[("node", "nodejs"), ("npm", "npm")])?;
    once(package, folder, || {
        fs::copy(package, folder.join("package.json"))
            .with_context(|| format!("cannot copy file {}", package.display()))?;
        // No package here needs its install script, and some would download a browser.
        run(Command::new("npm").current_dir(folder).args([
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--legacy-peer-deps",
        ]))
    })
}
