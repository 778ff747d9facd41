//! Snapshots: the exact bytes of valid indexes.

use crate::StoreError;
use crate::database::{Database, Transaction, Value};
use crate::row::{Reader as Cells, SoleColumn as _, placeholders};
use crate::uses;
use federation::digest::{Digest, Digester};
use federation::index::Use;
use federation::limits::MAX_DECODED_BYTES;
use federation::time::Seconds;
use flate2::{Compression, Decompress, FlushDecompress, Status, read::GzDecoder, write::GzEncoder};
use std::collections::HashMap;
use std::io::{Read as _, Write as _};

/// Stores the exact bytes of a valid index, and the capabilities that it says its repository uses.
pub async fn insert(
    tx: &mut impl Transaction,
    digest: &Digest,
    bytes: &[u8],
    capability_count: usize,
    used: &[Use],
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
    uses::insert(tx, digest, used).await
}

/// Digests that one statement looks for.
const DIGESTS_PER_STATEMENT: usize = 1000;

/// Which of these snapshots are stored, with the number of their capabilities.
pub async fn stored(tx: &mut impl Transaction, digests: &[&Digest]) -> Result<HashMap<Digest, usize>, StoreError> {
    let mut stored = HashMap::new();
    for digests in digests.chunks(DIGESTS_PER_STATEMENT) {
        let sql = format!(
            "SELECT digest, capability_count FROM snapshots WHERE digest IN ({})",
            placeholders(1, digests.len())
        );
        let rows = tx.query(&sql, digests.iter().map(|digest| digest.as_str().into()).collect()).await?;
        for row in &rows {
            let mut row = Cells::of(row);
            stored.insert(row.digest()?, row.count()?);
        }
    }
    Ok(stored)
}

/// The exact bytes of a snapshot; `None` if it is not stored.
///
/// # Errors
/// If they do not match the digest.
pub async fn bytes(tx: &mut impl Transaction, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let rows = tx.query("SELECT body FROM snapshots WHERE digest = $1", vec![digest.as_str().into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut bytes = Vec::new();
    // A backup may come from an untrusted source.
    let limit = u64::try_from(MAX_DECODED_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    GzDecoder::new(row.blob()?)
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|e| StoreError::Unreadable(format!("snapshot {digest}: {e}")))?;
    if Digest::of(&bytes) != *digest {
        return Err(StoreError::Unreadable(format!("snapshot {digest}: other bytes")));
    }
    Ok(Some(bytes))
}

/// Bytes of a stored body that are read at once, and bytes of the snapshot that are returned at once.
const PART_BYTES: usize = 64 * 1024;
/// The lengths of gzip's header and trailer; no stored body has a name or a comment.
const GZIP_HEADER: u64 = 10;
const GZIP_TRAILER: u64 = 8;

/// Reads a snapshot part by part. It returns the last part only after the whole content has matched the digest.
pub struct Reader {
    digest: Digest,
    stored: u64,
    offset: u64,
    length: u64,
    decompress: Decompress,
    input: Vec<u8>,
    digester: Digester,
    left: u64,
    ready: Option<Vec<u8>>,
}

impl Reader {
    /// Opens a snapshot; `None` if it is not stored.
    pub async fn open(database: &impl Database, digest: &Digest) -> Result<Option<Self>, StoreError> {
        let sql = "SELECT length(body), substr(body, length(body) - 3, 4) FROM snapshots WHERE digest = $1";
        let rows = database.query(sql, vec![digest.as_str().into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let mut row = Cells::of(row);
        let (stored, end): (u64, _) = (row.count()?, row.blob()?);
        let length = <[u8; 4]>::try_from(end).map(u32::from_le_bytes).map_err(|_| damaged(digest))?.into();
        Ok(Some(Self {
            digest: digest.clone(),
            stored,
            offset: GZIP_HEADER,
            length,
            decompress: Decompress::new(false),
            input: Vec::new(),
            digester: Digester::default(),
            left: length,
            ready: None,
        }))
    }

    /// The length of the snapshot in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The next part; `None` after the last one.
    ///
    /// # Errors
    /// If the bytes do not match the digest.
    pub async fn next(&mut self, database: &impl Database) -> Result<Option<Vec<u8>>, StoreError> {
        while self.left > 0 {
            let part = self.unpack(database).await?;
            self.digester.update(&part);
            self.left -= part.len() as u64;
            if self.left == 0 && std::mem::take(&mut self.digester).finish() != self.digest {
                return Err(StoreError::Unreadable(format!("snapshot {}: other bytes", self.digest)));
            }
            if let Some(ready) = self.ready.replace(part) {
                return Ok(Some(ready));
            }
        }
        Ok(self.ready.take())
    }

    async fn unpack(&mut self, database: &impl Database) -> Result<Vec<u8>, StoreError> {
        let mut part = Vec::with_capacity(PART_BYTES.min(usize::try_from(self.left).unwrap_or(PART_BYTES)));
        while part.len() < part.capacity() {
            if self.input.is_empty() {
                self.input = self.load(database).await?;
            }
            let before = self.decompress.total_in();
            let status = self.decompress.decompress_vec(&self.input, &mut part, FlushDecompress::None);
            let read = usize::try_from(self.decompress.total_in() - before).unwrap_or(usize::MAX);
            let stuck = read == 0 && part.len() < part.capacity();
            if status.map_err(|_| damaged(&self.digest))? == Status::StreamEnd && part.len() < part.capacity() || stuck
            {
                return Err(damaged(&self.digest));
            }
            self.input.drain(..read.min(self.input.len()));
        }
        Ok(part)
    }

    async fn load(&mut self, database: &impl Database) -> Result<Vec<u8>, StoreError> {
        let count = (self.stored.saturating_sub(GZIP_TRAILER).saturating_sub(self.offset)).min(PART_BYTES as u64);
        let part = part(database, &self.digest, self.offset, count).await?;
        self.offset += count;
        Ok(part)
    }
}

/// Reads a snapshot as it is stored, compressed by gzip, part by part. The digest is left to whoever unpacks it.
pub struct PackedReader {
    digest: Digest,
    offset: u64,
    length: u64,
}

impl PackedReader {
    /// Opens a snapshot; `None` if it is not stored.
    pub async fn open(database: &impl Database, digest: &Digest) -> Result<Option<Self>, StoreError> {
        let sql = "SELECT length(body) FROM snapshots WHERE digest = $1";
        let rows = database.query(sql, vec![digest.as_str().into()]).await?;
        let length = rows.first().map(|row| row.count()).transpose()?;
        Ok(length.map(|length| Self { digest: digest.clone(), offset: 0, length }))
    }

    /// The length of the compressed snapshot in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The next part; `None` after the last one.
    ///
    /// # Errors
    /// If the snapshot is gone.
    pub async fn next(&mut self, database: &impl Database) -> Result<Option<Vec<u8>>, StoreError> {
        let count = (self.length - self.offset).min(PART_BYTES as u64);
        if count == 0 {
            return Ok(None);
        }
        let part = part(database, &self.digest, self.offset, count).await?;
        self.offset += count;
        Ok(Some(part))
    }
}

/// These bytes of a stored body.
async fn part(database: &impl Database, digest: &Digest, offset: u64, count: u64) -> Result<Vec<u8>, StoreError> {
    // In PostgreSQL, the function takes integers of 32 bits, and the port has only those of 64.
    let sql = "SELECT substr(body, CAST(CAST($1 AS BIGINT) AS INTEGER), CAST(CAST($2 AS BIGINT) AS INTEGER)) FROM snapshots WHERE digest = $3";
    let parameters = vec![(offset + 1).into(), count.into(), digest.as_str().into()];
    match database.query(sql, parameters).await?.pop().and_then(|mut row| row.pop()) {
        Some(Value::Blob(bytes)) if !bytes.is_empty() => Ok(bytes),
        _ => Err(damaged(digest)),
    }
}

fn damaged(digest: &Digest) -> StoreError {
    StoreError::Unreadable(format!("snapshot {digest}: damaged"))
}
