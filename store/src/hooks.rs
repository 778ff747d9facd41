//! Webhooks: the secret that a forge shares with one registration, and which deliveries have arrived.

use crate::database::{Database, Row, Transaction};
use crate::statement::Statement;
use crate::{StoreError, row::Reader};
use federation::time::Seconds;

/// Migration step: creates the tables of webhooks and their deliveries.
pub(super) const TABLES: &[&str] = &[
    // The secret itself, since nothing less checks a signature. All that it allows is to have the index fetched.
    "CREATE TABLE hooks (repo TEXT PRIMARY KEY NOT NULL, secret TEXT NOT NULL, created_at INTEGER NOT NULL)",
    "CREATE TABLE hook_deliveries (repo TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (repo, digest))",
    "CREATE INDEX hook_deliveries_at ON hook_deliveries (at)",
    "CREATE INDEX registrations_at ON registrations (url)",
];

/// Migration step: makes the index of URLs ignore case, since forges write owners and names of repositories in any case.
pub(super) const URL_INDEX_IGNORES_CASE: &[&str] =
    &["DROP INDEX registrations_at", "CREATE INDEX registrations_at ON registrations (lower(url))"];

/// Migration step: indexes only the beginning of URLs, in at most 2,000 bytes. PostgreSQL refuses a row that needs more than 2,704 in an index, and a URL of
/// 2,048 characters may have 8,192.
pub(super) const URL_INDEX_OF_BEGINNINGS: &[&str] =
    &["DROP INDEX registrations_at", "CREATE INDEX registrations_at ON registrations (lower(substr(url, 1, 500)))"];

/// Characters of a URL that are in the index.
const INDEXED_CHARS: usize = 500;

/// Maximum registrations of one repository that a delivery may concern. GitHub allows 20 webhooks per event and repository.
const MAX_HOOKS: usize = 50;
/// How long a delivery is recognised, in seconds …
const RECOGNISED_SECONDS: Seconds = 7 * 24 * 60 * 60;
/// … and how many deliveries are, per registration.
const KEPT_OF_ONE: usize = 100;

/// A hook of a registration.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The repo.
    pub repo: String,
    /// The address of its index.
    pub url: String,
    /// The secret that its forge shares.
    pub secret: String,
}

/// Gives a registration a secret, in place of any that it has.
pub async fn set(tx: &mut impl Transaction, repo: &str, secret: &str, now: Seconds) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO hooks (repo, secret, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (repo) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at",
        vec![repo.into(), secret.into(), now.into()],
    )
    .await?;
    Ok(())
}

/// Removes the secret of a registration. Returns false if it has none.
pub async fn remove(tx: &mut impl Transaction, repo: &str) -> Result<bool, StoreError> {
    tx.query("DELETE FROM hook_deliveries WHERE repo = $1", vec![repo.into()]).await?;
    Ok(!tx.query("DELETE FROM hooks WHERE repo = $1 RETURNING repo", vec![repo.into()]).await?.is_empty())
}

/// Renames the hook and the deliveries of a renamed registration.
pub(super) async fn rename(tx: &mut impl Transaction, from: &str, to: &str) -> Result<(), StoreError> {
    tx.query("UPDATE hooks SET repo = $1 WHERE repo = $2", vec![to.into(), from.into()]).await?;
    tx.query("UPDATE hook_deliveries SET repo = $1 WHERE repo = $2", vec![to.into(), from.into()]).await?;
    Ok(())
}

/// The hooks of registrations whose index has an address that begins with one of these.
pub async fn at(database: &impl Database, beginnings: &[String]) -> Result<Vec<Hook>, StoreError> {
    let mut s = Statement::default();
    for (place, beginning) in beginnings.iter().enumerate() {
        // As `lower` does in both databases.
        let beginning = beginning.to_ascii_lowercase();
        let indexed: String = beginning.chars().take(INDEXED_CHARS).collect();
        let [least, greatest, first, after] =
            [indexed.clone(), indexed + "\u{10ffff}", beginning.clone(), beginning + "\u{10ffff}"]
                .map(|text| s.bind(text));
        s.push(&format!(
            "{}SELECT r.repo AS repo, r.url AS url, h.secret AS secret FROM registrations r JOIN hooks h ON h.repo = r.repo
             WHERE lower(substr(r.url, 1, {INDEXED_CHARS})) >= {least} AND lower(substr(r.url, 1, {INDEXED_CHARS})) < {greatest}
             AND lower(r.url) >= {first} AND lower(r.url) < {after}",
            if place == 0 { "" } else { " UNION ALL " }
        ));
    }
    s.push(&format!(" ORDER BY repo LIMIT {MAX_HOOKS}"));
    let rows = database.query(&s.sql, s.parameters).await?;
    let hook = |row: &Row| {
        let mut row = Reader::of(row);
        Ok(Hook { repo: row.string()?, url: row.string()?, secret: row.string()? })
    };
    rows.iter().map(hook).collect()
}

/// Remembers a delivery for a registration. Returns false if it has arrived before.
pub async fn insert_delivery(
    tx: &mut impl Transaction,
    repo: &str,
    digest: &str,
    now: Seconds,
) -> Result<bool, StoreError> {
    tx.query("DELETE FROM hook_deliveries WHERE at < $1", vec![(now - RECOGNISED_SECONDS).into()]).await?;
    let new = tx
        .query(
            "INSERT INTO hook_deliveries (repo, digest, at) VALUES ($1, $2, $3) ON CONFLICT (repo, digest) DO NOTHING RETURNING repo",
            vec![repo.into(), digest.into(), now.into()],
        )
        .await?;
    if new.is_empty() {
        return Ok(false);
    }
    tx.query(
        "DELETE FROM hook_deliveries WHERE repo = $1 AND digest NOT IN
         (SELECT digest FROM hook_deliveries WHERE repo = $1 ORDER BY at DESC, digest LIMIT $2)",
        vec![repo.into(), KEPT_OF_ONE.into()],
    )
    .await?;
    Ok(true)
}
