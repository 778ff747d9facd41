//! What a mirror knows about the hub that it follows.

use crate::StoreError;
use crate::database::{Database, Transaction};
use crate::row::Reader;
use federation::time::Seconds;

/// Migration step: creates the table of the primary that a mirror follows, with at most one row.
pub(crate) const TABLE: &str = "CREATE TABLE mirror (
    one INTEGER PRIMARY KEY NOT NULL, url TEXT NOT NULL, current_at INTEGER, fault TEXT)";

/// Migration step: adds up to when the verifications of the primary are known.
pub(crate) const VERIFIED_AT: &str = "ALTER TABLE mirror ADD COLUMN verified_at INTEGER";

/// How far a mirror has followed its primary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The base URL of the primary.
    pub url: String,
    /// When the primary last said that nothing is newer than what is here.
    pub current_at: Option<Seconds>,
    /// Why the last attempt to follow it failed.
    pub fault: Option<String>,
    /// Up to when the verifications of the primary are known.
    pub verified_at: Option<Seconds>,
}

/// What is known; `None` if this database never followed another.
pub async fn get(database: &impl Database) -> Result<Option<Followed>, StoreError> {
    let rows = database.query("SELECT url, current_at, fault, verified_at FROM mirror", Vec::new()).await?;
    let read = |row: &crate::database::Row| {
        let mut row = Reader::of(row);
        Ok(Followed {
            url: row.string()?,
            current_at: row.optional(Reader::integer)?,
            fault: row.optional(Reader::string)?,
            verified_at: row.optional(Reader::integer)?,
        })
    };
    rows.first().map(read).transpose()
}

/// Records that the primary at `url` has nothing newer, and up to when its verifications are known.
pub async fn is_current(
    tx: &mut impl Transaction,
    url: &str,
    now: Seconds,
    verified_at: Option<Seconds>,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO mirror (one, url, current_at, verified_at) VALUES (1, $1, $2, $3) ON CONFLICT (one) DO UPDATE
         SET url = excluded.url, current_at = excluded.current_at, fault = NULL, verified_at = excluded.verified_at",
        vec![url.into(), now.into(), verified_at.into()],
    )
    .await?;
    Ok(())
}

/// Records why the primary at `url` cannot be followed. What is known of its times stays recorded, unless this is another primary.
pub async fn failed(tx: &mut impl Transaction, url: &str, fault: &str) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO mirror (one, url, fault) VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET fault = excluded.fault,
         current_at = CASE WHEN mirror.url = excluded.url THEN mirror.current_at END,
         verified_at = CASE WHEN mirror.url = excluded.url THEN mirror.verified_at END, url = excluded.url",
        vec![url.into(), fault.into()],
    )
    .await?;
    Ok(())
}
