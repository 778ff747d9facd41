//! Reads fragments piece by piece.

use super::keys::{Form, piece_key};
use super::render::render;
use super::{Layout, STORED, Stored, key, part, stored};
use crate::StoreError;
use crate::database::{Database, Row, Transaction, Value};
use crate::row::{Reader, placeholders};
use federation::compose::pieces::{Extent, PieceInfo};
use federation::compose::{Format, SourceLine};
use std::collections::HashMap;

/// Maximum number of pieces that one statement reads.
pub const PIECES_AT_ONCE: usize = 64;

/// The bodies of pieces, each identified by fragment and position; `None` for a missing one.
pub async fn pieces(
    database: &impl Database,
    form: Form,
    wanted: &[(i64, usize)],
) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
    let keys: Vec<i64> = wanted.iter().map(|(fragment, place)| piece_key(*fragment, form, *place)).collect();
    let Some(last) = keys.last() else { return Ok(Vec::new()) };
    // Only a few lengths, so that few statements are prepared.
    let length = keys.len().next_power_of_two().max(keys.len());
    let parameters = keys.iter().chain(std::iter::repeat(last)).take(length).map(|key| Value::from(*key)).collect();
    let sql = format!("SELECT piece, body FROM fragment_pieces WHERE piece IN ({})", placeholders(1, length));
    // A damaged page makes the statement fail.
    let rows = database.query(&sql, parameters).await.unwrap_or_default();
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let mut columns = row.into_iter();
        if let (Some(Value::Integer(key)), Some(Value::Blob(body))) = (columns.next(), columns.next()) {
            found.insert(key, body);
        }
    }
    Ok(keys.iter().map(|key| found.remove(key)).collect())
}

/// The capabilities of a source line as JSON, and their ids.
pub async fn json(tx: &mut impl Transaction, line: &SourceLine) -> Result<(String, Vec<String>), StoreError> {
    match kept_json(tx, line).await {
        Some(kept) => Ok(kept),
        None => Ok(render(tx, line).await?.into_json()),
    }
}

/// `None` if anything is lost or damaged.
async fn kept_json(tx: &mut impl Transaction, line: &SourceLine) -> Option<(String, Vec<String>)> {
    let sql = format!(
        "SELECT {STORED}, f.ids, f.ids_digest FROM fragments f WHERE digest = $1 AND repo = $2 AND domain = $3"
    );
    let rows = tx.try_query(&sql, key(line)).await.ok()?;
    let mut row = Reader::of(rows.first()?);
    let (stored, ids) = (stored(&mut row)?, serde_json::from_str(part(&mut row)?).ok()?);
    let pieces = stored.layout.pieces(Format::Json);
    let length: u64 = pieces.iter().map(|piece| piece.plain.length).sum();
    let mut json = Vec::with_capacity(usize::try_from(length).ok()?);
    for (place, piece) in pieces.iter().enumerate() {
        json.extend(piece_of(tx, &stored, place, piece).await?);
    }
    Some((String::from_utf8(json).ok()?, ids))
}

/// The first entries of a source line, as many as requested.
pub async fn beginning(
    tx: &mut impl Transaction,
    line: &SourceLine,
    count: usize,
) -> Result<Vec<serde_json::Value>, StoreError> {
    let json = match begun(tx, line, count).await {
        Some(json) => json,
        None => render(tx, line).await?.into_json().0,
    };
    let entries = json.split(",\n").filter(|entry| !entry.is_empty()).take(count.min(line.capability_count));
    let read = entries.map(serde_json::from_str).collect::<Result<_, _>>();
    read.map_err(|e| StoreError::Unreadable(format!("fragment of {}: {e}", line.repo)))
}

/// Reads as many pieces as necessary; `None` if any is lost or damaged.
async fn begun(tx: &mut impl Transaction, line: &SourceLine, count: usize) -> Option<String> {
    let sql = format!("SELECT {STORED} FROM fragments f WHERE digest = $1 AND repo = $2 AND domain = $3");
    let rows = tx.try_query(&sql, key(line)).await.ok()?;
    let stored = stored(&mut Reader::of(rows.first()?))?;
    let mut json = Vec::new();
    for (place, piece) in stored.layout.pieces(Format::Json).iter().enumerate() {
        json.extend(piece_of(tx, &stored, place, piece).await?);
        if json.windows(2).filter(|pair| *pair == b",\n").count() >= count {
            break;
        }
    }
    // The last character may be incomplete.
    Some(String::from_utf8_lossy(&json).into_owned())
}

async fn piece_of(tx: &mut impl Transaction, stored: &Stored, place: usize, piece: &PieceInfo) -> Option<Vec<u8>> {
    let form = Form { format: Format::Json, deflated: false };
    let key = piece_key(stored.number, form, place);
    let mut rows = tx.try_query("SELECT body FROM fragment_pieces WHERE piece = $1", vec![key.into()]).await.ok()?;
    match rows.pop()?.pop()? {
        Value::Blob(body) if Extent::of(&body) == piece.plain => Some(body),
        _ => None,
    }
}

/// The ids in these fragments, by number; lost or damaged fragments are missing.
pub async fn ids(tx: &mut impl Transaction, numbers: &[i64]) -> Result<HashMap<i64, Vec<String>>, StoreError> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let marks = placeholders(1, numbers.len());
    let sql = format!("SELECT number, ids, ids_digest FROM fragments WHERE number IN ({marks})");
    let rows =
        tx.try_query(&sql, numbers.iter().map(|number| Value::from(*number)).collect()).await.unwrap_or_default();
    let read = |row: &Row| {
        let mut row = Reader::of(row);
        Some((row.integer().ok()?, serde_json::from_str(part(&mut row)?).ok()?))
    };
    Ok(rows.iter().filter_map(read).collect())
}

/// A fragment by its number, if its layout and its ids are intact.
#[cfg(not(target_family = "wasm"))]
pub(crate) async fn by_number(database: &impl Database, number: i64) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {STORED}, f.ids, f.ids_digest FROM fragments f WHERE number = $1");
    let rows = database.query(&sql, vec![number.into()]).await?;
    let read = |row: &Row| {
        let mut row = Reader::of(row);
        let stored = stored(&mut row)?;
        part(&mut row).map(|_| stored)
    };
    Ok(rows.first().and_then(read))
}

/// Size before compression in each format, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    json: u64,
    yaml: u64,
}

impl Size {
    /// The sum of both sizes.
    #[must_use]
    pub fn with(self, more: Self) -> Self {
        Self { json: self.json + more.json, yaml: self.yaml + more.yaml }
    }

    /// The size minus the other one.
    #[must_use]
    pub fn without(self, less: Self) -> Self {
        Self { json: self.json.saturating_sub(less.json), yaml: self.yaml.saturating_sub(less.yaml) }
    }

    /// The size in the larger format.
    pub fn largest(self) -> u64 {
        self.json.max(self.yaml)
    }
}

impl Stored {
    /// The size of the fragment.
    pub fn size(&self) -> Size {
        Size { json: self.layout.plain(Format::Json).length, yaml: self.layout.plain(Format::Yaml).length }
    }
}

/// The total size of all sources in the newest revision.
pub async fn sizes(tx: &mut impl Transaction) -> Result<Size, StoreError> {
    let sql = "SELECT CAST(coalesce(sum(f.json_bytes), 0) AS BIGINT), CAST(coalesce(sum(f.yaml_bytes), 0) AS BIGINT) FROM composition c
         JOIN fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain";
    read_size(&tx.query(sql, Vec::new()).await?)
}

/// The stored size of a source line; zero if its fragment is lost.
pub async fn size(tx: &mut impl Transaction, line: &SourceLine) -> Result<Size, StoreError> {
    let sql = "SELECT json_bytes, yaml_bytes FROM fragments WHERE digest = $1 AND repo = $2 AND domain = $3";
    read_size(&tx.query(sql, key(line)).await?)
}

fn read_size(rows: &[Row]) -> Result<Size, StoreError> {
    rows.first().map_or(Ok(Size::default()), |row| {
        let mut row = Reader::of(row);
        Ok(Size { json: row.count()?, yaml: row.count()? })
    })
}

impl Layout {
    /// Whether these bytes are the piece at this position.
    pub fn is_piece(&self, form: Form, place: usize, bytes: &[u8]) -> bool {
        let extent = |piece: &PieceInfo| if form.deflated { piece.deflated } else { piece.plain };
        self.pieces(form.format).get(place).is_some_and(|piece| Extent::of(bytes) == extent(piece))
    }
}
