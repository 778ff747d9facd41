//! Former names of registrations: of repos that are gone, and of repos that were renamed.

use crate::StoreError;
use crate::database::{Row, Transaction};
use crate::row::{Reader, placeholders};
use federation::catalogue::RemovalReason;
use federation::time::Seconds;
use std::collections::HashMap;

/// A name that a registration had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// When it ended.
    pub gone_at: Seconds,
    /// Why.
    pub why: RemovalReason,
    /// The new name of the registration, if it was renamed.
    pub became: Option<String>,
    /// Whether a registration has that name now.
    pub is_registered: bool,
}

/// Remembers that a registration is gone, or has another name.
pub async fn record_removal(
    tx: &mut impl Transaction,
    repo: &str,
    why: RemovalReason,
    became: Option<&str>,
    now: Seconds,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO former_repos (repo, gone_at, why, became) VALUES ($1, $2, $3, $4)
         ON CONFLICT (repo) DO UPDATE SET gone_at = excluded.gone_at, why = excluded.why, became = excluded.became",
        vec![repo.into(), now.into(), why.as_str().into(), became.unwrap_or_default().into()],
    )
    .await?;
    Ok(())
}

/// What became of a name that nothing is registered under; `None` if the hub does not know it.
pub async fn get(tx: &mut impl Transaction, repo: &str) -> Result<Option<Former>, StoreError> {
    let sql = "SELECT f.gone_at, f.why, f.became, CASE WHEN r.repo IS NULL THEN 0 ELSE 1 END FROM former_repos f
         LEFT JOIN registrations r ON r.repo = f.became WHERE f.repo = $1";
    tx.query(sql, vec![repo.into()]).await?.first().map(read).transpose()
}

fn read(row: &Row) -> Result<Former, StoreError> {
    let mut row = Reader::of(row);
    let (gone_at, why, became) = (row.integer()?, row.text()?, row.string()?);
    let why = RemovalReason::ALL.into_iter().find(|gone| gone.as_str() == why);
    let why = why.ok_or_else(|| StoreError::Unreadable("a former name has no known reason".to_owned()))?;
    Ok(Former { gone_at, why, became: Some(became).filter(|name| !name.is_empty()), is_registered: row.flag()? })
}

/// The names that these repos have now, sorted and unique: those that were renamed by their new name, the others as they are.
pub async fn current(tx: &mut impl Transaction, repos: &[&str]) -> Result<Vec<String>, StoreError> {
    if repos.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT f.repo, f.became FROM former_repos f JOIN registrations r ON r.repo = f.became WHERE f.repo IN ({})",
        placeholders(1, repos.len())
    );
    let rows = tx.query(&sql, repos.iter().map(|repo| (*repo).into()).collect()).await?;
    let mut names = HashMap::with_capacity(rows.len());
    for row in &rows {
        let mut row = Reader::of(row);
        names.insert(row.text()?, row.text()?);
    }
    let mut current: Vec<String> =
        repos.iter().map(|repo| names.get(repo).unwrap_or(repo)).map(|name| (*name).to_owned()).collect();
    current.sort_unstable();
    current.dedup();
    Ok(current)
}

/// The name that a repo has now, if one is given.
pub async fn current_of(tx: &mut impl Transaction, repo: Option<&str>) -> Result<Option<String>, StoreError> {
    Ok(current(tx, &Vec::from_iter(repo)).await?.pop())
}

/// Lets the names that led to a registration lead to its new name.
pub(super) async fn follow(tx: &mut impl Transaction, from: &str, to: &str) -> Result<(), StoreError> {
    tx.query("UPDATE former_repos SET became = $1 WHERE became = $2", vec![to.into(), from.into()]).await?;
    Ok(())
}

/// Forgets a former name that has been registered.
pub(super) async fn taken(tx: &mut impl Transaction, repo: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM former_repos WHERE repo = $1", vec![repo.into()]).await?;
    Ok(())
}
