//! Snapshots: the exact bytes of valid indexes.

use super::{StoreError, row::Columns as _};
use crate::ports::{Transaction, Value};
use federation::digest::Digest;
use federation::time::Seconds;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use std::io::{Read as _, Write as _};

/// Keeps the exact bytes of a valid index.
pub async fn insert(
    tx: &mut impl Transaction,
    digest: &Digest,
    bytes: &[u8],
    capability_count: usize,
    now: Seconds,
) -> Result<(), StoreError> {
    let unreadable = |e: std::io::Error| StoreError::Unreadable(format!("snapshot {digest}: {e}"));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).map_err(unreadable)?;
    let body = encoder.finish().map_err(unreadable)?;
    tx.query(
        "INSERT INTO snapshots (digest, body, capability_count, stored_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        vec![digest.as_str().into(), Value::Blob(body), capability_count.into(), now.into()],
    )
    .await?;
    Ok(())
}

/// The exact bytes of a snapshot; `None` if it is not kept.
///
/// # Errors
/// When they are not those that its digest names.
pub async fn bytes(tx: &mut impl Transaction, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let rows = tx.query("SELECT body FROM snapshots WHERE digest = $1", vec![digest.as_str().into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut bytes = Vec::new();
    GzDecoder::new(row.blob(0)?)
        .read_to_end(&mut bytes)
        .map_err(|e| StoreError::Unreadable(format!("snapshot {digest}: {e}")))?;
    if Digest::of(&bytes) != *digest {
        return Err(StoreError::Unreadable(format!("snapshot {digest}: other bytes")));
    }
    Ok(Some(bytes))
}
