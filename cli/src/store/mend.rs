//! Fragments of a copy that do not match what is known of them: they are taken out, and the hub renders them anew from their snapshots.

use federation::compose::pieces::{Extent, PieceInfo};
use federation::digest::Digest;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;

/// What the hub writes of the pieces of a fragment.
#[derive(Deserialize)]
struct Layout {
    json: Vec<PieceInfo>,
    yaml: Vec<PieceInfo>,
}

/// Keys that a fragment has for its pieces: four forms (JSON, JSON compressed, YAML, YAML compressed) of so many places.
const PLACES: i64 = 1 << 12;

/// Takes damaged fragments out of a database whose snapshots are whole; gives how many.
///
/// # Errors
/// When the database cannot be read or written, for people.
pub(super) fn mend(database: &Connection) -> Result<usize, String> {
    if database.prepare("SELECT layout FROM fragments").is_err() {
        // Of an older version: a hub cuts them up, and finds what is damaged, when it starts with it.
        return Ok(0);
    }
    let mended = damaged(database).and_then(|numbers| {
        for number in &numbers {
            let first = number * 4 * PLACES;
            database.execute("DELETE FROM fragments WHERE number = ?1", [number])?;
            database.execute(
                "DELETE FROM fragment_pieces WHERE piece BETWEEN ?1 AND ?2",
                params![first, first + 4 * PLACES - 1],
            )?;
        }
        Ok(numbers.len())
    });
    mended.map_err(|error| error.to_string())
}

fn damaged(database: &Connection) -> rusqlite::Result<Vec<i64>> {
    // As bytes, since what is damaged may be no text.
    let mut statement = database.prepare(
        "SELECT number, CAST(layout AS BLOB), layout_digest, CAST(ids AS BLOB), ids_digest FROM fragments ORDER BY number",
    )?;
    let mut rows = statement.query([])?;
    let mut damaged = Vec::new();
    while let Some(row) = rows.next()? {
        let number = row.get(0)?;
        let mut whole = true;
        for part in [1, 3] {
            let bytes = row.get_ref(part)?.as_blob_or_null()?.unwrap_or_default();
            whole &= row.get_ref(part + 1)?.as_bytes().is_ok_and(|it| it == Digest::of(bytes).as_str().as_bytes());
        }
        let layout = serde_json::from_slice(row.get_ref(1)?.as_blob_or_null()?.unwrap_or_default());
        let whole = match layout {
            Ok(layout) if whole => has_all(database, number, &layout)?,
            _ => false,
        };
        if !whole {
            damaged.push(number);
        }
    }
    Ok(damaged)
}

fn has_all(database: &Connection, number: i64, layout: &Layout) -> rusqlite::Result<bool> {
    let mut body = database.prepare_cached("SELECT CAST(body AS BLOB) FROM fragment_pieces WHERE piece = ?1")?;
    for (form, pieces) in [(0, &layout.json), (2, &layout.yaml)] {
        for (place, piece) in (0..).zip(pieces) {
            for (form, extent) in [(form, piece.plain), (form + 1, piece.deflated)] {
                let key: i64 = (number * 4 + form) * PLACES + place;
                let found: Option<Vec<u8>> = body.query_row([key], |row| row.get(0)).optional()?;
                if found.is_none_or(|body| Extent::of(&body) != extent) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}
