//! Stored registrations.

use crate::database::{Row, Transaction};
use crate::{StoreError, former, hooks, leases, members, row::Reader};
use federation::digest::Digest;
use federation::registration::Registration;
use federation::time::Seconds;

/// A registration with the fields that the hub sets.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The fields that the maintainer sets.
    pub registration: Registration,
    /// When it was created.
    pub registered_at: Seconds,
    /// When it last changed.
    pub updated_at: Seconds,
    /// Name of the token that registered it.
    pub registered_by: String,
    /// Distinguishes this registration from an earlier, removed one of the same repo.
    pub incarnation: i64,
}

/// A number that is unique to one registration.
pub fn new_incarnation() -> i64 {
    let mut bytes = [0; 8];
    // Without randomness, a fetch that outlives a deregistration could be attributed to the next registration.
    let _ = getrandom::fill(&mut bytes);
    i64::from_be_bytes(bytes)
}

impl Registered {
    /// The entity tag, including quotes. It covers the fields above, so if the tags are equal, no
    /// change would be overwritten unseen.
    pub fn etag(&self) -> String {
        let fields = serde_json::json!([self.registration, self.registered_at, self.updated_at, self.registered_by]);
        let digest = Digest::of(fields.to_string().as_bytes());
        format!("\"{}\"", digest.hex().get(..32).unwrap_or_default())
    }
}

pub(super) const COLUMNS: &str = "r.repo, r.url, r.domain, r.enabled, r.required, r.cache_ttl_seconds, r.description, r.registered_at, r.updated_at, r.registered_by, r.incarnation";

pub(super) fn read(row: &Row) -> Result<Registered, StoreError> {
    read_next(&mut Reader::of(row))
}

/// Reads a registration from the next columns of a row, which are [`COLUMNS`].
pub(super) fn read_next(row: &mut Reader<'_>) -> Result<Registered, StoreError> {
    Ok(Registered {
        registration: Registration {
            repo: row.string()?,
            url: row.string()?,
            domain: row.string()?,
            enabled: row.flag()?,
            required: row.flag()?,
            cache_ttl_seconds: row.count()?,
            description: row.string()?,
        },
        registered_at: row.integer()?,
        updated_at: row.integer()?,
        registered_by: row.string()?,
        incarnation: row.integer()?,
    })
}

/// The text that a search for registrations matches, in lower case.
fn words(r: &Registration) -> String {
    format!("{} {} {} {}", r.repo, r.domain, r.url, r.description).to_lowercase()
}

/// One registration, even if the record of its source is unreadable; `None` if the repo is not registered.
pub async fn get(tx: &mut impl Transaction, repo: &str) -> Result<Option<Registered>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM registrations r WHERE r.repo = $1");
    tx.query(&sql, vec![repo.into()]).await?.first().map(read).transpose()
}

/// Adds a registration. Returns false if the repo is already registered.
pub async fn insert(tx: &mut impl Transaction, new: &Registered) -> Result<bool, StoreError> {
    let r = &new.registration;
    let rows = tx
        .query(
            "INSERT INTO registrations (repo, url, domain, enabled, required, cache_ttl_seconds, description, registered_at, updated_at, registered_by, incarnation,
             words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING repo",
            vec![
                r.repo.as_str().into(),
                r.url.as_str().into(),
                r.domain.as_str().into(),
                r.enabled.into(),
                r.required.into(),
                r.cache_ttl_seconds.into(),
                r.description.as_str().into(),
                new.registered_at.into(),
                new.updated_at.into(),
                new.registered_by.as_str().into(),
                new.incarnation.into(),
                words(r).into(),
            ],
        )
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    former::taken(tx, &r.repo).await?;
    Ok(true)
}

/// Replaces the fields that the maintainer sets. Returns false if the repo is not registered.
pub async fn update(tx: &mut impl Transaction, changed: &Registration, now: Seconds) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE registrations SET url = $1, domain = $2, enabled = $3, required = $4, cache_ttl_seconds = $5, description = $6,
             updated_at = $7, words = $8 WHERE repo = $9 RETURNING repo",
            vec![
                changed.url.as_str().into(),
                changed.domain.as_str().into(),
                changed.enabled.into(),
                changed.required.into(),
                changed.cache_ttl_seconds.into(),
                changed.description.as_str().into(),
                now.into(),
                words(changed).into(),
                changed.repo.as_str().into(),
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Deletes a registration and its source state. Returns false if the repo is not registered.
pub async fn delete(tx: &mut impl Transaction, repo: &str) -> Result<bool, StoreError> {
    // Does not rely on the foreign key: its enforcement is a setting of the connection.
    tx.query("DELETE FROM source_state WHERE repo = $1", vec![repo.into()]).await?;
    leases::drop_of_source(tx, repo).await?;
    hooks::remove(tx, repo).await?;
    members::rename(tx, repo, None).await?;
    Ok(!tx.query("DELETE FROM registrations WHERE repo = $1 RETURNING repo", vec![repo.into()]).await?.is_empty())
}

/// Gives a registration another name, with the record of its source and its webhook. Returns false if the name is taken.
pub async fn rename(tx: &mut impl Transaction, registered: &Registered, to: &str) -> Result<bool, StoreError> {
    let from = registered.registration.repo.as_str();
    let renamed = Registration { repo: to.to_owned(), ..registered.registration.clone() };
    // A new row first: what refers to a registration must refer to one at any time.
    if !insert(tx, &Registered { registration: renamed, ..registered.clone() }).await? {
        return Ok(false);
    }
    tx.query("UPDATE source_state SET repo = $1 WHERE repo = $2", vec![to.into(), from.into()]).await?;
    hooks::rename(tx, from, to).await?;
    members::rename(tx, from, Some(to)).await?;
    former::follow(tx, from, to).await?;
    leases::drop_of_source(tx, from).await?;
    tx.query("DELETE FROM registrations WHERE repo = $1", vec![from.into()]).await?;
    Ok(true)
}
