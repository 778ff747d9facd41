//! Support shared by these tests.

mod host;
mod random;
mod whole;

pub use host::{Host, Listening, is_problem};
pub use random::{Random, replay, seed};
pub use whole::{document, gap_free};

use end_to_end::{Answer, Cli, Hub, Ran, eventually};
use std::path::Path;

/// How many rounds a test runs: the value in the environment, for nightly runs, or the number that CI has time for.
pub fn amount(variable: &str, in_ci: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(in_ci)
}

/// Prints what a test measured, for `docs/reliability.md`; shown with `--nocapture`.
#[expect(clippy::print_stderr, reason = "figures of a run are for whoever reads its output")]
pub fn figures(what: &str) {
    eprintln!("figures: {what}");
}

/// Waits until `/health` has this status.
pub async fn until_health(hub: &Hub, status: u16) -> anyhow::Result<Answer> {
    eventually(async || Ok(Some(hub.get("/health").await?).filter(|answer| answer.status == status))).await
}

/// Runs the command line without a hub.
pub fn run(words: &[&str]) -> anyhow::Result<Ran> {
    Cli::at("http://127.0.0.1:1").run(words)
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

/// Copies the database of a running hub and verifies the copy: SQLite's check, every digest, and the newest revision composed again.
pub fn verified(hub: &Hub) -> anyhow::Result<serde_json::Value> {
    let folder = tempfile::TempDir::new()?;
    let ran = run(&["backup", text(&folder.path().join("copy.db")), "--data-dir", text(hub.data()), "-o", "json"])?;
    anyhow::ensure!(ran.code == 0, "{ran:?}");
    Ok(ran.json())
}
