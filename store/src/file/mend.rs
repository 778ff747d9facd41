//! Removes fragments that do not match their checksums; the hub renders them again from their snapshots.

use super::FileError;
use crate::database::{Database, Transaction as _, Value, write_with};
use crate::fragments::{self, PIECES_AT_ONCE, Stored};
use crate::row::SoleColumn as _;
use crate::sqlite::Sqlite;
use federation::compose::Format;
use std::path::Path;

/// Removes damaged fragments and returns their number. No other process may use the database,
/// and its snapshots must be intact.
///
/// # Errors
/// If the database cannot be read or written.
pub async fn mend(path: &Path) -> Result<usize, FileError> {
    let database = Sqlite::at(path);
    if database.query("SELECT layout FROM fragments LIMIT 1", Vec::new()).await.is_err() {
        // A database of an older version. When the hub starts with it, it splits the fragments into
        // pieces and finds the damaged ones.
        return Ok(0);
    }
    let mut damaged = Vec::new();
    for row in database.query("SELECT number FROM fragments ORDER BY number", Vec::new()).await? {
        let number = row.integer()?;
        if !is_whole(&database, number).await? {
            damaged.push(number);
        }
    }
    write_with(&database, async |tx| {
        for number in &damaged {
            tx.query("DELETE FROM fragments WHERE number = $1", vec![Value::from(*number)]).await?;
            fragments::forget_pieces(tx, *number).await?;
        }
        Ok::<_, FileError>(())
    })
    .await?;
    Ok(damaged.len())
}

async fn is_whole(database: &Sqlite, number: i64) -> Result<bool, FileError> {
    Ok(match fragments::by_number(database, number).await? {
        Some(stored) => has_all_pieces(database, &stored).await?,
        None => false,
    })
}

async fn has_all_pieces(database: &Sqlite, stored: &Stored) -> Result<bool, FileError> {
    for form in [Format::Json, Format::Yaml].into_iter().flat_map(fragments::forms) {
        let places: Vec<usize> = (0..stored.layout.pieces(form.format).len()).collect();
        for places in places.chunks(PIECES_AT_ONCE) {
            let wanted: Vec<_> = places.iter().map(|place| (stored.number, *place)).collect();
            let bodies = fragments::pieces(database, form, &wanted).await?;
            let is_piece = |place: usize, body: Option<Vec<u8>>| {
                body.is_some_and(|body| stored.layout.is_piece(form, place, &body))
            };
            if !places.iter().zip(bodies).all(|(place, body)| is_piece(*place, body)) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
