//! The commits that revisions were published from, apart from the lines that digests cover.

use crate::StoreError;
use crate::database::{Row, Transaction};
use crate::row::{Reader, placeholders};
use federation::digest::Digest;
use federation::provenance::Provenance;
use std::collections::BTreeMap;

/// Statement of a migration step: adds the commit as JSON, or NULL if none is known.
pub(crate) const COMMITS: &str = "ALTER TABLE revision_sources ADD COLUMN provenance TEXT";

/// Records the commit of this content of a repo in the newest revision that changed the repo. The commit may become known only later.
pub async fn note_commit(
    tx: &mut impl Transaction,
    repo: &str,
    digest: &Digest,
    provenance: &Provenance,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(provenance).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    tx.query(
        "UPDATE revision_sources SET provenance = $1 WHERE repo = $2 AND index_digest = $3
         AND revision = (SELECT max(x.revision) FROM revision_sources x WHERE x.repo = $2)",
        vec![json.into(), repo.into(), digest.as_str().into()],
    )
    .await?;
    Ok(())
}

/// The commits that these repos were published from in a stored revision, as far as they are known.
pub async fn commits_at(
    tx: &mut impl Transaction,
    number: u64,
    repos: &[&str],
) -> Result<BTreeMap<String, Provenance>, StoreError> {
    let mut commits = BTreeMap::new();
    for repos in repos.chunks(REPOS_PER_STATEMENT) {
        commits.append(&mut commits_of(tx, number, repos).await?);
    }
    Ok(commits)
}

/// Repos that one statement names.
pub(super) const REPOS_PER_STATEMENT: usize = 500;

async fn commits_of(
    tx: &mut impl Transaction,
    number: u64,
    repos: &[&str],
) -> Result<BTreeMap<String, Provenance>, StoreError> {
    let sql = format!(
        "SELECT s.repo, s.provenance FROM revision_sources s WHERE s.provenance IS NOT NULL AND s.repo IN ({})
         AND s.revision = (SELECT max(x.revision) FROM revision_sources x WHERE x.repo = s.repo AND x.revision <= ${})",
        placeholders(1, repos.len()),
        repos.len() + 1
    );
    let parameters = repos.iter().map(|repo| (*repo).into()).chain(std::iter::once(number.into())).collect();
    let read = |row: &Row| {
        let mut row = Reader::of(row);
        let repo = row.string()?;
        Ok(row.optional(provenance)?.map(|provenance| (repo, provenance)))
    };
    tx.query(&sql, parameters).await?.iter().filter_map(|row| read(row).transpose()).collect()
}

/// Reads a commit from the next column.
pub(super) fn provenance(row: &mut Reader<'_>) -> Result<Provenance, StoreError> {
    serde_json::from_str(row.text()?).map_err(|e| StoreError::Unreadable(e.to_string()))
}
