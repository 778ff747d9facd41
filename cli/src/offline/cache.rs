//! The cache of sources on this machine: one record per URL, and the snapshots that records and locks refer to.
//!
//! Everything in it can be fetched again, so damaged entries are treated as missing.

use super::file::replace_soon;
use crate::env;
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use federation::digest::Digest;
use federation::source::{SourceRecord, Verdict};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// The cache of this user.
#[derive(Debug)]
pub(crate) struct Cache {
    records: PathBuf,
    snapshots: PathBuf,
}

impl Cache {
    /// Opens the cache in the directory from the environment; creates it if it is missing.
    pub(crate) fn open() -> Result<Self, Failure> {
        let folder = env::cache_folder().ok_or_else(|| {
            Failure::new(Exit::Usage, "there is no directory for the cache")
                .hint(format!("set {} or HOME to the absolute path of a directory", env::CACHE_HOME))
        })?;
        let cache = Self { records: folder.join("sources"), snapshots: folder.join("snapshots") };
        for folder in [&cache.records, &cache.snapshots] {
            fs::create_dir_all(folder).map_err(|error| not_writable(folder, &error))?;
        }
        Ok(cache)
    }

    /// The record of the index at `url`, without references to missing snapshots.
    pub(crate) fn record(&self, url: &str) -> SourceRecord {
        let read = fs::read(self.record_path(url)).ok();
        let mut record: SourceRecord = read.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        record.accepted = record.accepted.filter(|accepted| self.has(&accepted.digest));
        record.held = record.held.filter(|held| self.has(&held.digest));
        // A 304 must not lead to a missing snapshot.
        record.checked = record.checked.filter(|it| matches!(it.verdict, Verdict::Invalid(_)) || self.has(&it.digest));
        record
    }

    /// Stores the record of the index at `url`.
    pub(crate) fn keep_record(&self, url: &str, record: &SourceRecord) -> Result<(), Failure> {
        let path = self.record_path(url);
        replace_soon(&path, json!(record).to_string().as_bytes()).map_err(|error| not_writable(&path, &error))
    }

    /// The path of the record of `url`.
    pub(crate) fn record_path(&self, url: &str) -> PathBuf {
        self.records.join(Digest::of(url.as_bytes()).hex()).with_extension("json")
    }

    /// The snapshot with this digest, if it is present and intact.
    pub(crate) fn snapshot(&self, digest: &Digest) -> Option<Vec<u8>> {
        fs::read(self.snapshots.join(digest.hex())).ok().filter(|bytes| Digest::of(bytes) == *digest)
    }

    /// Whether the snapshot with this digest is present and intact.
    pub(crate) fn has(&self, digest: &Digest) -> bool {
        self.snapshot(digest).is_some()
    }

    /// Stores `bytes`, whose digest is `digest`.
    pub(crate) fn keep_snapshot(&self, digest: &Digest, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.snapshots.join(digest.hex());
        replace_soon(&path, bytes).map_err(|error| not_writable(&path, &error))
    }
}

fn not_writable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Refused, format!("the cache at {} cannot be written", path.display()))
        .because(chain(error))
        .hint(format!("set {} to a directory that you can write to", env::CACHE_HOME))
}
