//! Catalogues: what their maintainers set, and the record of their listings.

use crate::database::{Database, Row, Transaction};
use crate::registrations::new_incarnation;
use crate::{StoreError, members, row::Reader, row::SoleColumn as _};
use federation::catalogue::{Catalogue, CatalogueRecord, LONGEST_WAIT};
use federation::time::Seconds;

/// Migration step: creates the tables of catalogues, their members, and former names of repos.
pub(super) const TABLES: &[&str] = &[
    // Definition and record are JSON: the domain alone reads their parts.
    "CREATE TABLE catalogues (
        name TEXT PRIMARY KEY NOT NULL, definition TEXT NOT NULL, record TEXT NOT NULL, created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL, created_by TEXT NOT NULL, incarnation INTEGER NOT NULL, next_check_at INTEGER NOT NULL)",
    "CREATE INDEX catalogues_due ON catalogues (next_check_at)",
    // `todo` and `skipped` are empty if there is nothing to do, or no reason.
    "CREATE TABLE catalogue_members (
        catalogue TEXT NOT NULL, id TEXT NOT NULL, member TEXT NOT NULL, repo TEXT, probed TEXT, absent_since INTEGER,
        skipped TEXT NOT NULL, todo TEXT NOT NULL, PRIMARY KEY (catalogue, id))",
    "CREATE INDEX catalogue_members_todo ON catalogue_members (catalogue, todo)",
    "CREATE INDEX catalogue_members_repo ON catalogue_members (repo)",
    // `became` is the new name of a renamed repo, or empty.
    "CREATE TABLE former_repos (repo TEXT PRIMARY KEY NOT NULL, gone_at INTEGER NOT NULL, why TEXT NOT NULL, became TEXT NOT NULL)",
    "CREATE INDEX former_repos_became ON former_repos (became)",
    "CREATE INDEX former_repos_gone ON former_repos (gone_at)",
];

/// Maximum number of catalogues of a hub.
pub const MAX_CATALOGUES: usize = 200;

/// Due time of catalogues that are not read.
const NEVER: i64 = i64::MAX;

/// A catalogue with the fields that the hub sets.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The fields that the maintainer sets.
    pub catalogue: Catalogue,
    /// The record of its listings.
    pub record: CatalogueRecord,
    /// When it was created.
    pub created_at: Seconds,
    /// When a field of it last changed.
    pub updated_at: Seconds,
    /// Name of the token that created it.
    pub created_by: String,
    /// Distinguishes it from an earlier, deleted one of this name.
    pub incarnation: i64,
}

impl Stored {
    /// A new catalogue, which is due.
    pub fn new(catalogue: Catalogue, created_by: &str, now: Seconds) -> Self {
        Self {
            catalogue,
            record: CatalogueRecord::default(),
            created_at: now,
            updated_at: now,
            created_by: created_by.to_owned(),
            incarnation: new_incarnation(),
        }
    }
}

const COLUMNS: &str = "definition, record, created_at, updated_at, created_by, incarnation";

fn read(row: &Row) -> Result<Stored, StoreError> {
    let mut row = Reader::of(row);
    let unreadable = |e: serde_json::Error| StoreError::Unreadable(format!("a catalogue: {e}"));
    Ok(Stored {
        catalogue: serde_json::from_str(row.text()?).map_err(unreadable)?,
        // Without its record, a catalogue is listed anew.
        record: serde_json::from_str(row.text()?).unwrap_or_default(),
        created_at: row.integer()?,
        updated_at: row.integer()?,
        created_by: row.string()?,
        incarnation: row.integer()?,
    })
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Unreadable(e.to_string()))
}

/// One catalogue; `None` if there is none of this name.
pub async fn get(tx: &mut impl Transaction, name: &str) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM catalogues WHERE name = $1");
    tx.query(&sql, vec![name.into()]).await?.first().map(read).transpose()
}

/// All catalogues, ordered by name.
pub async fn all(tx: &mut impl Transaction) -> Result<Vec<Stored>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM catalogues ORDER BY name LIMIT {MAX_CATALOGUES}");
    tx.query(&sql, Vec::new()).await?.iter().map(read).collect()
}

/// The number of catalogues.
pub async fn count(tx: &mut impl Transaction) -> Result<usize, StoreError> {
    tx.query("SELECT count(*) FROM catalogues", Vec::new()).await?.first().map_or(Ok(0), |row| row.count())
}

/// Up to `limit` catalogues that are due, those that have waited longest first. A time beyond the longest wait dates from before a clock
/// was set back.
pub async fn due(database: &impl Database, now: Seconds, limit: usize) -> Result<Vec<Stored>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM catalogues WHERE next_check_at <= $1 OR (next_check_at > $2 AND next_check_at < {NEVER})
         ORDER BY next_check_at, name LIMIT {limit}"
    );
    database.query(&sql, vec![now.into(), (now + LONGEST_WAIT).into()]).await?.iter().map(read).collect()
}

/// Adds a catalogue. Returns false if its name is taken.
pub async fn insert(tx: &mut impl Transaction, new: &Stored) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO catalogues (name, definition, record, created_at, updated_at, created_by, incarnation, next_check_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING name",
            vec![
                new.catalogue.name.as_str().into(),
                json(&new.catalogue)?.into(),
                json(&new.record)?.into(),
                new.created_at.into(),
                new.updated_at.into(),
                new.created_by.as_str().into(),
                new.incarnation.into(),
                due_at(new, None).into(),
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Stores a catalogue. With `again_at`, it is due at that time at the latest, even if its listing is not.
pub async fn save(tx: &mut impl Transaction, stored: &Stored, again_at: Option<Seconds>) -> Result<(), StoreError> {
    tx.query(
        "UPDATE catalogues SET definition = $1, record = $2, updated_at = $3, next_check_at = $4 WHERE name = $5",
        vec![
            json(&stored.catalogue)?.into(),
            json(&stored.record)?.into(),
            stored.updated_at.into(),
            due_at(stored, again_at).into(),
            stored.catalogue.name.as_str().into(),
        ],
    )
    .await?;
    Ok(())
}

fn due_at(stored: &Stored, again_at: Option<Seconds>) -> Seconds {
    let listing = stored.record.next_listing_at.unwrap_or(0);
    if stored.catalogue.enabled { again_at.map_or(listing, |at| at.min(listing)) } else { NEVER }
}

/// Deletes a catalogue. Its registrations stay. Returns false if there is none of this name.
pub async fn delete(tx: &mut impl Transaction, name: &str) -> Result<bool, StoreError> {
    members::remove_all(tx, name).await?;
    Ok(!tx.query("DELETE FROM catalogues WHERE name = $1 RETURNING name", vec![name.into()]).await?.is_empty())
}
