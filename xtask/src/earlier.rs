//! `cargo xtask earlier COMMIT`: the handler tests of an earlier program on the schema of this one, as the two meet during an upgrade.

use crate::workspace::{Workspace, cargo_in, run};
use anyhow::Result;
use std::process::Command;

const NATIVE: [&str; 6] = ["test", "--package", "hub-component", "--test", "native", "--"];

/// The test that leaves a new database in cargo's folder for temporary files.
const NEW_DATABASE: &str = "a_new_database_is_left_for_earlier_programs";

/// Checks `commit` out beside the build output, and runs its tests on copies of a database that this program has migrated.
pub(crate) fn earlier(commit: &str) -> Result<()> {
    let workspace = Workspace::locate()?;
    run(workspace.cargo().args(NATIVE).arg(NEW_DATABASE))?;
    let folder = workspace.target().join("earlier");
    let mut git = Command::new("git");
    git.current_dir(workspace.root());
    if folder.is_dir() {
        run(git.arg("-C").arg(&folder).args(["checkout", "--detach", commit]))?;
    } else {
        run(git.args(["worktree", "add", "--force", "--detach"]).arg(&folder).arg(commit))?;
    }
    // The second database is not needed: an additive step adds the same to both.
    run(cargo_in(&folder)
        .args(NATIVE)
        .args(["--skip", "both_stores"])
        .env("CARGO_TARGET_DIR", workspace.target())
        .env("REUSE_SURFACE_TEST_DATABASE", workspace.target().join("tmp/new.db")))
}
