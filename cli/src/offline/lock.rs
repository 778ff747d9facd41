//! The lock file: exactly what a document was composed from.

use super::log::LogMemory;
use super::{Cache, replace};
use crate::exit::Exit;
use crate::failure::{Failure, REPORT};
use crate::input;
use api::federated::Manifest;
use federation::compose::{SourceLine, digest};
use federation::digest::Digest;
use federation::limits::MAX_DECODED_BYTES;
use federation::time::{Seconds, parse_rfc3339};
use federation::transparency::entry;
use federation::yaml;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// The beginning of every lock file.
pub(crate) const HEADER: &str =
    "# What the federated index was composed from: `reuse-surface federation compose --locked` composes it again.\n";

/// The sources from which a document was composed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    version: u8,
    /// The hub's revision with these sources; 0 if none is known.
    pub(crate) revision: u64,
    composed_at: Option<String>,
    /// What is remembered about the hub's transparency log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) log: Option<LogMemory>,
    /// Ordered by repo; each repo once.
    pub(crate) sources: Vec<Locked>,
}

/// One source of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Locked {
    pub(crate) repo: String,
    /// The URL from which the snapshot was fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// The path of the index, for a local source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) index: Option<String>,
    pub(crate) domain: String,
    pub(crate) required: bool,
    pub(crate) index_digest: Digest,
    pub(crate) capability_count: usize,
    /// The hubs that it came through, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) via: Vec<String>,
}

impl Locked {
    /// The source's line in a document.
    pub(crate) fn line(&self) -> SourceLine {
        SourceLine {
            repo: self.repo.clone(),
            url: self.url.as_ref().or(self.index.as_ref()).cloned().unwrap_or_default(),
            domain: self.domain.clone(),
            required: self.required,
            index_digest: self.index_digest.clone(),
            capability_count: self.capability_count,
            via: self.via.clone(),
        }
    }
}

impl From<SourceLine> for Locked {
    /// A remote source, from a hub's document.
    fn from(line: SourceLine) -> Self {
        let SourceLine { repo, url, domain, required, index_digest, capability_count, via } = line;
        Self { repo, url: Some(url), index: None, domain, required, index_digest, capability_count, via }
    }
}

impl Lock {
    /// The lock of a hub's revision, or of no revision (0).
    pub(crate) fn new(revision: u64, composed_at: Option<String>, sources: Vec<Locked>) -> Self {
        Self { version: 1, revision, composed_at, log: None, sources }
    }

    /// Reads the lock at `path`; `None` if there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Failure> {
        if !path.exists() {
            return Ok(None);
        }
        let name = path.display().to_string();
        let damaged = |why: String| {
            Failure::new(Exit::Refused, format!("{name} is not a lock file")).because([why]).hint(
                "remove it, and create it again with `reuse-surface federation compose` or `reuse-surface hub sync`",
            )
        };
        let bytes = input::read(&name, MAX_DECODED_BYTES)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| damaged(error.to_string()))?;
        let value = yaml::parse(text).map_err(|error| damaged(error.to_string()))?;
        let lock = Self::deserialize(value).map_err(|error| damaged(error.to_string()))?;
        if lock.version != 1 {
            return Err(damaged(format!("version {} is not supported", lock.version)));
        }
        if lock.composed_at.is_some() && lock.composed_at().is_none() {
            return Err(damaged("`composed_at` is not a time".to_owned()));
        }
        if !lock.sources.is_sorted_by(|one, other| one.repo < other.repo) {
            return Err(damaged("its sources are not unique and ordered by repo".to_owned()));
        }
        Ok(Some(lock))
    }

    /// Writes the lock to `path`.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = yaml::to_string(&json!(self)).map_err(|error| {
            Failure::new(Exit::Refused, "the lock cannot be written as YAML").because([error.to_string()]).hint(REPORT)
        })?;
        replace(path, format!("{HEADER}{text}").as_bytes())
    }

    /// The digest of a document with these sources.
    pub(crate) fn digest(&self) -> Digest {
        digest(&self.sources.iter().map(Locked::line).collect::<Vec<_>>())
    }

    /// Whether all its sources are at URLs and have their snapshots in the cache.
    pub(crate) fn is_complete(&self, cache: &Cache) -> bool {
        self.sources.iter().all(|source| source.url.is_some() && cache.has(&source.index_digest))
    }

    /// The manifest of the hub's revision.
    pub(crate) fn manifest(&self) -> Manifest {
        Manifest {
            version: 1,
            provenance: BTreeMap::new(),
            revision: self.revision,
            parent: None,
            digest: self.digest(),
            composed_at: self.composed_at.clone(),
            sources: self.sources.iter().map(Locked::line).collect(),
        }
    }

    /// When the revision was composed; `None` without a revision.
    pub(crate) fn composed_at(&self) -> Option<Seconds> {
        self.composed_at.as_deref().and_then(parse_rfc3339)
    }

    /// The leaf of the revision in the hub's transparency log; `None` without a revision.
    pub(crate) fn leaf(&self) -> Option<String> {
        let composed_at = self.composed_at.as_deref().filter(|_| self.revision > 0)?;
        Some(entry(self.revision, &self.digest(), composed_at))
    }

    /// The same lock with the revision of `known`, if that has the same sources. What is remembered about the log stays in any case.
    pub(crate) fn with_revision_of_equal(self, known: Option<&Self>) -> Self {
        match known {
            Some(known) if known.digest() == self.digest() => Self {
                revision: known.revision,
                composed_at: known.composed_at.clone(),
                log: known.log.clone(),
                ..self
            },
            Some(known) => {
                // The proofs are those of another revision.
                let log = known.log.clone().map(|log| LogMemory { proofs: Vec::new(), ..log });
                Self { log, ..self }
            }
            None => self,
        }
    }
}
