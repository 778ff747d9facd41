//! The labels of registrations: as JSON in the registration, to read them, and by name and value, to select by them.

use crate::StoreError;
use crate::database::Transaction;
use crate::statement::Statement;
use std::collections::BTreeMap;

/// Migration step: adds the labels of registrations.
pub(super) const TABLES: &[&str] = &[
    "ALTER TABLE registrations ADD COLUMN labels TEXT NOT NULL DEFAULT '{}'",
    "CREATE TABLE labels (name TEXT NOT NULL, value TEXT NOT NULL, repo TEXT NOT NULL, PRIMARY KEY (name, value, repo))",
    "CREATE INDEX labels_of ON labels (repo)",
];

/// Labels as the column stores them.
pub(super) fn to_json(labels: &BTreeMap<String, String>) -> String {
    serde_json::json!(labels).to_string()
}

/// Reads the column.
pub(super) fn from_json(text: &str) -> Result<BTreeMap<String, String>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable(format!("labels: {error}")))
}

/// Replaces the labels by which a registration is selected.
pub(super) async fn set(
    tx: &mut impl Transaction,
    repo: &str,
    labels: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    remove(tx, repo).await?;
    if labels.is_empty() {
        return Ok(());
    }
    let mut s = Statement::default();
    s.push("INSERT INTO labels (name, value, repo) VALUES ");
    s.push_rows(labels.iter().map(|(name, value)| [name.as_str(), value.as_str(), repo]));
    tx.query(&s.sql, s.parameters).await?;
    Ok(())
}

/// Removes the labels of a registration.
pub(super) async fn remove(tx: &mut impl Transaction, repo: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM labels WHERE repo = $1", vec![repo.into()]).await?;
    Ok(())
}
