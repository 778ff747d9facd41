//! The transparency log: one leaf for each revision, in the order of publication, and the hashes of the Merkle tree over them.
//!
//! A leaf stays when its revision is pruned, and nothing here is ever changed. Of the tree, the hashes that tiles consist of are stored: those of the
//! leaves, and one for each 256 of the level below.

use crate::StoreError;
use crate::database::{Row, Transaction, Value};
use crate::row::{Reader, SoleColumn as _};
use federation::time::rfc3339;
use federation::transparency::tile::{Place, Tiles, WIDTH, needed, width};
use federation::transparency::{Hash, entry, leaf_hash, root};
use std::ops::Range;

/// Migration step: creates the tables of the transparency log.
pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE log_identity (one INTEGER PRIMARY KEY NOT NULL, history TEXT NOT NULL)",
    "CREATE TABLE log_leaves (position INTEGER PRIMARY KEY NOT NULL, revision INTEGER NOT NULL UNIQUE, entry TEXT NOT NULL)",
    "CREATE TABLE log_hashes (level INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, position))",
];

/// The state of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogState {
    /// Distinguishes this history from every other one, including that of a database restored from an older copy of this one.
    pub history: String,
    /// How many leaves there are.
    pub size: u64,
}

/// Begins the log with the revisions that are kept. Those that were pruned before are not in it.
pub(crate) async fn set_up(tx: &mut impl Transaction) -> Result<(), StoreError> {
    tx.query("INSERT INTO log_identity (one, history) VALUES (1, $1)", vec![new_history().into()]).await?;
    extend(tx).await
}

/// Begins a new history: what follows may contradict what was signed in the one before.
#[cfg(not(target_family = "wasm"))]
pub(crate) async fn begin_another(tx: &mut impl Transaction) -> Result<(), StoreError> {
    tx.query("UPDATE log_identity SET history = $1", vec![new_history().into()]).await?;
    Ok(())
}

fn new_history() -> String {
    let mut bytes = [0; 8];
    // Without randomness, a restored database could not be told apart from the one before.
    let _ = getrandom::fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

/// The state of the log.
pub async fn state(tx: &mut impl Transaction) -> Result<LogState, StoreError> {
    let sql = "SELECT history, (SELECT coalesce(max(position), -1) + 1 FROM log_leaves) FROM log_identity";
    let rows = tx.query(sql, Vec::new()).await?;
    let row = rows.first().ok_or_else(|| StoreError::Unreadable("the log has no identity".to_owned()))?;
    let mut row = Reader::of(row);
    Ok(LogState { history: row.string()?, size: row.count()? })
}

/// Adds the revisions after that of the last leaf: the new one, and those that an older version published without a leaf.
pub(crate) async fn extend(tx: &mut impl Transaction) -> Result<(), StoreError> {
    let sql = "SELECT number, digest, composed_at FROM revisions
         WHERE number > (SELECT coalesce(max(revision), 0) FROM log_leaves) ORDER BY number";
    for row in tx.query(sql, Vec::new()).await? {
        let mut row = Reader::of(&row);
        let number = row.count()?;
        let entry = entry(number, &row.digest()?, &rfc3339(row.integer()?));
        append(tx, number, &entry).await?;
    }
    Ok(())
}

/// Adds a leaf, and the hashes above it that it completes.
pub(crate) async fn append(tx: &mut impl Transaction, revision: u64, entry: &str) -> Result<(), StoreError> {
    let mut position = state(tx).await?.size;
    let sql = "INSERT INTO log_leaves (position, revision, entry) VALUES ($1, $2, $3)";
    tx.query(sql, vec![position.into(), revision.into(), entry.into()]).await?;
    let (mut level, mut hash) = (0_u32, leaf_hash(entry.as_bytes()));
    loop {
        let sql = "INSERT INTO log_hashes (level, position, hash) VALUES ($1, $2, $3)";
        tx.query(sql, vec![i64::from(level).into(), position.into(), Value::Blob(hash.to_vec())]).await?;
        if (position + 1) % WIDTH != 0 {
            return Ok(());
        }
        position /= WIDTH;
        hash = root(&tile(tx, (level, position), WIDTH).await?);
        level += 1;
    }
}

/// The first `width` hashes of a tile, or as many of them as there are.
pub async fn tile(tx: &mut impl Transaction, (level, index): Place, width: u64) -> Result<Vec<Hash>, StoreError> {
    let sql = "SELECT hash FROM log_hashes WHERE level = $1 AND position >= $2 AND position < $3 ORDER BY position";
    let Range { start, end } = positions(index, width);
    let rows = tx.query(sql, vec![i64::from(level).into(), start.into(), end.into()]).await?;
    let hash = |row: &Row| {
        let hash = row.blob()?.try_into();
        hash.map_err(|_| StoreError::Unreadable("a hash of the log does not have 32 bytes".to_owned()))
    };
    rows.iter().map(hash).collect()
}

/// The first `width` leaves below a tile of the lowest level, or as many of them as there are.
pub async fn entries(tx: &mut impl Transaction, index: u64, width: u64) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT entry FROM log_leaves WHERE position >= $1 AND position < $2 ORDER BY position";
    let Range { start, end } = positions(index, width);
    let rows = tx.query(sql, vec![start.into(), end.into()]).await?;
    rows.iter().map(|row| Ok(row.text()?.to_owned())).collect()
}

/// The positions of a tile's first hashes, up to the largest integer of the database.
fn positions(index: u64, width: u64) -> Range<u64> {
    let start = index.saturating_mul(WIDTH).min(i64::MAX as u64);
    start..start.saturating_add(width).min(i64::MAX as u64)
}

/// The hashes of these ranges of leaves, each of which must be one that a proof in a tree of `size` leaves needs, or the whole tree.
pub async fn hashes(tx: &mut impl Transaction, ranges: &[Range<u64>], size: u64) -> Result<Vec<Hash>, StoreError> {
    let mut tiles = Tiles::default();
    for place in needed(ranges) {
        tiles.insert(place, tile(tx, place, width(size, place)).await?);
    }
    let missing = || StoreError::Unreadable("hashes of the log are missing".to_owned());
    ranges.iter().map(|range| tiles.hash(range).ok_or_else(missing)).collect()
}

/// The root of the tree of the first `size` leaves.
pub async fn root_of(tx: &mut impl Transaction, size: u64) -> Result<Hash, StoreError> {
    match size {
        0 => Ok(root(&[])),
        size => Ok(hashes(tx, std::slice::from_ref(&(0..size)), size).await?.first().copied().unwrap_or_default()),
    }
}

/// The position of a revision's leaf; `None` if it has none.
pub async fn position(tx: &mut impl Transaction, revision: u64) -> Result<Option<u64>, StoreError> {
    let rows = tx.query("SELECT position FROM log_leaves WHERE revision = $1", vec![revision.into()]).await?;
    rows.first().map(|row| row.count()).transpose()
}

/// All leaves, each with its revision.
#[cfg(not(target_family = "wasm"))]
pub(crate) async fn leaves(tx: &mut impl Transaction) -> Result<Vec<(u64, String)>, StoreError> {
    let rows = tx.query("SELECT revision, entry FROM log_leaves ORDER BY position", Vec::new()).await?;
    let leaf = |row: &Row| {
        let mut row = Reader::of(row);
        Ok((row.count()?, row.string()?))
    };
    rows.iter().map(leaf).collect()
}
