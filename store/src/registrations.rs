//! Stored registrations.

use crate::database::{Row, Transaction};
use crate::row::{Reader, SoleColumn as _};
use crate::{StoreError, former, hooks, labels, leases, members};
use federation::digest::Digest;
use federation::forge::same_file;
use federation::index::SourceFormat;
use federation::registration::Registration;
use federation::time::Seconds;
use federation::upstream::name_of;
use std::collections::BTreeMap;

/// Migration step: adds the file that a registration names, to find others of the same file.
pub(super) const FILES: &[&str] = &[
    // The file that `url` names, as a digest, so that its length fits into an index.
    "ALTER TABLE registrations ADD COLUMN file TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX registrations_of_file ON registrations (file)",
];

/// How many registrations with the same index are named.
const MAX_NAMED: usize = 10;

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
    /// The upstream that it came from; `None` if it was registered at this hub.
    pub fn upstream(&self) -> Option<&str> {
        name_of(&self.registered_by)
    }

    /// The entity tag, including quotes. It covers the fields above, so if the tags are equal, no
    /// change would be overwritten unseen.
    pub fn etag(&self) -> String {
        let fields = serde_json::json!([self.registration, self.registered_at, self.updated_at, self.registered_by]);
        let digest = Digest::of(fields.to_string().as_bytes());
        format!("\"{}\"", digest.hex().get(..32).unwrap_or_default())
    }
}

pub(super) const COLUMNS: &str = "r.repo, r.url, r.domain, r.enabled, r.required, r.cache_ttl_seconds, r.description, r.format, r.registered_at, r.updated_at, r.registered_by, r.incarnation, r.labels";

/// Migration step: adds the format of the index.
pub(crate) const FORMAT: &[&str] = &["ALTER TABLE registrations ADD COLUMN format TEXT NOT NULL DEFAULT 'auto'"];

pub(super) fn read(row: &Row) -> Result<Registered, StoreError> {
    read_next(&mut Reader::of(row))
}

/// Reads a registration from the next columns of a row, which are [`COLUMNS`].
pub(super) fn read_next(row: &mut Reader<'_>) -> Result<Registered, StoreError> {
    let mut registered = Registered {
        registration: Registration {
            repo: row.string()?,
            url: row.string()?,
            domain: row.string()?,
            enabled: row.flag()?,
            required: row.flag()?,
            cache_ttl_seconds: row.count()?,
            description: row.string()?,
            format: format(&row.string()?)?,
            labels: BTreeMap::new(),
        },
        registered_at: row.integer()?,
        updated_at: row.integer()?,
        registered_by: row.string()?,
        incarnation: row.integer()?,
    };
    registered.registration.labels = labels::from_json(row.text()?)?;
    Ok(registered)
}

fn format(name: &str) -> Result<SourceFormat, StoreError> {
    SourceFormat::from_name(name).ok_or_else(|| StoreError::Unreadable(format!("the format {name} of a registration")))
}

/// The text that a search for registrations matches, in lower case.
fn words(r: &Registration) -> String {
    format!("{} {} {} {}", r.repo, r.domain, r.url, r.description).to_lowercase()
}

/// A digest of the file that a URL names, equal for every spelling of its address.
fn file(url: &str) -> String {
    Digest::of(same_file::key(url).as_bytes()).hex().to_owned()
}

/// Fills the column after its creation.
pub(super) async fn fill_files(tx: &mut impl Transaction) -> Result<(), StoreError> {
    for row in tx.query("SELECT repo, url FROM registrations", Vec::new()).await? {
        let mut row = Reader::of(&row);
        let (repo, url) = (row.text()?, row.text()?);
        let parameters = vec![file(url).into(), repo.into()];
        tx.query("UPDATE registrations SET file = $1 WHERE repo = $2", parameters).await?;
    }
    Ok(())
}

/// The other repos whose index is the same file, in order; the first ten.
pub async fn of_same_file(tx: &mut impl Transaction, of: &Registration) -> Result<Vec<String>, StoreError> {
    let sql = format!("SELECT repo FROM registrations WHERE file = $1 AND repo <> $2 ORDER BY repo LIMIT {MAX_NAMED}");
    let rows = tx.query(&sql, vec![file(&of.url).into(), of.repo.as_str().into()]).await?;
    rows.iter().map(|row| row.text().map(str::to_owned)).collect()
}

/// One registration, even if the record of its source is unreadable; `None` if the repo is not registered.
pub async fn get(tx: &mut impl Transaction, repo: &str) -> Result<Option<Registered>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM registrations r WHERE r.repo = $1");
    tx.query(&sql, vec![repo.into()]).await?.first().map(read).transpose()
}

/// Adds a registration. Returns false if the repo is already registered. A registration that came from an upstream gives way to one of this hub.
pub async fn insert(tx: &mut impl Transaction, new: &Registered) -> Result<bool, StoreError> {
    if insert_row(tx, new).await? {
        return Ok(true);
    }
    let repo = &new.registration.repo;
    let gives_way = get(tx, repo).await?.is_some_and(|there| there.upstream().is_some());
    if !gives_way || new.upstream().is_some() {
        return Ok(false);
    }
    delete(tx, repo).await?;
    insert_row(tx, new).await
}

async fn insert_row(tx: &mut impl Transaction, new: &Registered) -> Result<bool, StoreError> {
    let r = &new.registration;
    let rows = tx
        .query(
            "INSERT INTO registrations (repo, url, domain, enabled, required, cache_ttl_seconds, description, registered_at, updated_at, registered_by, incarnation,
             words, file, labels, format) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING RETURNING repo",
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
                file(&r.url).into(),
                labels::to_json(&r.labels).into(),
                r.format.as_str().into(),
            ],
        )
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    labels::set(tx, &r.repo, &r.labels).await?;
    former::taken(tx, &r.repo).await?;
    Ok(true)
}

/// Replaces the fields that the maintainer sets. Returns false if the repo is not registered.
pub async fn update(tx: &mut impl Transaction, changed: &Registration, now: Seconds) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE registrations SET url = $1, domain = $2, enabled = $3, required = $4, cache_ttl_seconds = $5, description = $6,
             updated_at = $7, words = $8, file = $9, labels = $10, format = $11 WHERE repo = $12 RETURNING repo",
            vec![
                changed.url.as_str().into(),
                changed.domain.as_str().into(),
                changed.enabled.into(),
                changed.required.into(),
                changed.cache_ttl_seconds.into(),
                changed.description.as_str().into(),
                now.into(),
                words(changed).into(),
                file(&changed.url).into(),
                labels::to_json(&changed.labels).into(),
                changed.format.as_str().into(),
                changed.repo.as_str().into(),
            ],
        )
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    labels::set(tx, &changed.repo, &changed.labels).await?;
    Ok(true)
}

/// Deletes a registration and its source state. Returns false if the repo is not registered.
pub async fn delete(tx: &mut impl Transaction, repo: &str) -> Result<bool, StoreError> {
    // Does not rely on the foreign key: its enforcement is a setting of the connection.
    tx.query("DELETE FROM source_state WHERE repo = $1", vec![repo.into()]).await?;
    leases::drop_of_source(tx, repo).await?;
    hooks::remove(tx, repo).await?;
    labels::remove(tx, repo).await?;
    members::rename(tx, repo, None).await?;
    Ok(!tx.query("DELETE FROM registrations WHERE repo = $1 RETURNING repo", vec![repo.into()]).await?.is_empty())
}

/// Gives a registration another name, with the record of its source and its webhook. Returns false if the name is taken.
pub async fn rename(tx: &mut impl Transaction, registered: &Registered, to: &str) -> Result<bool, StoreError> {
    let from = registered.registration.repo.as_str();
    let renamed = Registration { repo: to.to_owned(), ..registered.registration.clone() };
    // The new row first: references to a registration must be valid at all times.
    if !insert(tx, &Registered { registration: renamed, ..registered.clone() }).await? {
        return Ok(false);
    }
    tx.query("UPDATE source_state SET repo = $1 WHERE repo = $2", vec![to.into(), from.into()]).await?;
    hooks::rename(tx, from, to).await?;
    members::rename(tx, from, Some(to)).await?;
    former::follow(tx, from, to).await?;
    leases::drop_of_source(tx, from).await?;
    labels::remove(tx, from).await?;
    tx.query("DELETE FROM registrations WHERE repo = $1", vec![from.into()]).await?;
    Ok(true)
}
