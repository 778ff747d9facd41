//! Support shared by these tests.

mod host;

use end_to_end::{Answer, Cli, Hub, Ran, eventually};
pub use end_to_end::{Random, amount, document, figures, gap_free, replay, seed};
pub use host::{Host, Listening, is_problem};
use std::path::Path;

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
