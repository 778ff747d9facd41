//! The commits that entries were published from.

use super::App;
use crate::ports::Ports;
use crate::problem::Problem;
use api::capabilities::{Capabilities, CapabilityEntries};
use federation::provenance::Provenance;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
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
    entries.provenance = commits(app, entries.revision, &entries.entries).await?;
    let is_too_large = |budget| serde_json::to_vec(&entries).is_ok_and(|json| json.len() > budget);
    if !entries.provenance.is_empty() && budget.is_some_and(is_too_large) {
        entries.provenance.clear();
    }
    Ok(())
}

/// As [`add`], for the results of a search.
///
/// # Errors
/// As [`add`].
pub async fn add_to_page<P: Ports>(
    app: &App<P>,
    page: &mut Capabilities,
    budget: Option<usize>,
) -> Result<(), Problem> {
    let commits = commits(app, page.revision, &page.capabilities).await?;
    if !commits.is_empty() {
        page.add_provenance(commits, budget);
    }
    Ok(())
}

async fn commits<P: Ports>(
    app: &App<P>,
    revision: u64,
    entries: &[Map<String, Value>],
) -> Result<BTreeMap<String, Provenance>, Problem> {
    let repos: BTreeSet<&str> = entries.iter().filter_map(|entry| entry.get("source_repo")?.as_str()).collect();
    let repos = Vec::from_iter(repos);
    Ok(revisions::commits_at(&mut Autocommit(app.database().await?), revision, &repos).await?)
}
