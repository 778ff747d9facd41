//! The commits that the entries of an id were published from.

use super::App;
use crate::ports::Ports;
use crate::problem::Problem;
use api::capabilities::CapabilityEntries;
use store::database::Autocommit;
use store::revisions;

/// Adds the commits of the entries on this page, unless they do not fit into the budget of bytes.
///
/// # Errors
/// If the store fails.
pub async fn add<P: Ports>(
    app: &App<P>,
    entries: &mut CapabilityEntries,
    budget: Option<usize>,
) -> Result<(), Problem> {
    let repos: Vec<&str> = entries.entries.iter().filter_map(|entry| entry.get("source_repo")?.as_str()).collect();
    entries.provenance =
        revisions::commits_at(&mut Autocommit(app.database().await?), entries.revision, &repos).await?;
    let is_too_large = |budget| serde_json::to_vec(&entries).is_ok_and(|json| json.len() > budget);
    if !entries.provenance.is_empty() && budget.is_some_and(is_too_large) {
        entries.provenance.clear();
    }
    Ok(())
}
