//! Renders the federated document.

use super::{Conflict, Conflicts, Filter, SourceLine};
use crate::digest::Digest;
use crate::provenance::Provenance;
use crate::time::{Seconds, rfc3339};
use crate::yaml::{self, YamlError};
use serde::Serialize;
use std::collections::BTreeMap;

/// The format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML 1.2 that YAML 1.1 parsers read the same way.
    Yaml,
    /// JSON with one capability per line.
    Json,
}

impl Format {
    /// Both formats.
    pub const ALL: [Self; 2] = [Self::Yaml, Self::Json];

    /// Media type (RFC 9512 for YAML).
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Yaml => "application/yaml",
            Self::Json => "application/json",
        }
    }

    /// The name in `?format=` and in file names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
        }
    }
}

/// A federated document without its capabilities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Number of the revision; 0 before the first.
    pub revision: u64,
    /// Digest of `sources`.
    pub digest: Digest,
    /// When the revision was composed; none before the first.
    pub composed_at: Option<Seconds>,
    /// The sources that the document is restricted to.
    pub filter: Filter,
    /// Ordered by repo.
    pub sources: Vec<SourceLine>,
    /// The conflicts of the revision among these sources.
    pub conflicts: Conflicts,
    /// The commits of the sources by repo, if requested; the digest does not cover them.
    pub provenance: BTreeMap<String, Provenance>,
}

/// A rendered document without its fragments, which go between `before` and `after`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The head, up to the first capability.
    pub before: String,
    /// The separator between two non-empty fragments.
    pub between: &'static str,
    /// The end of the document.
    pub after: &'static str,
}

/// The members that come before `capabilities`, in order.
#[derive(Serialize)]
struct Head<'a> {
    version: u8,
    revision: u64,
    digest: &'a Digest,
    composed_at: Option<String>,
    #[serde(skip_serializing_if = "Filter::is_whole")]
    filter: &'a Filter,
    sources: &'a [SourceLine],
    conflicts: &'a [Conflict],
    #[serde(skip_serializing_if = "is_zero")]
    conflicts_omitted: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    provenance: &'a BTreeMap<String, Provenance>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Document {
    /// The document without its capabilities, as JSON.
    pub fn head(&self) -> serde_json::Value {
        serde_json::json!(Head {
            version: 1,
            revision: self.revision,
            digest: &self.digest,
            composed_at: self.composed_at.map(rfc3339),
            filter: &self.filter,
            sources: &self.sources,
            conflicts: &self.conflicts.listed,
            conflicts_omitted: self.conflicts.omitted,
            provenance: &self.provenance,
        })
    }

    /// Renders the text around the fragments of this document.
    ///
    /// # Errors
    /// If a value of the head cannot be written as YAML.
    pub fn frame(&self, format: Format) -> Result<Frame, YamlError> {
        let head = self.head();
        let empty = self.sources.iter().all(|source| source.capability_count == 0);
        Ok(match format {
            Format::Json => {
                let mut before = head.to_string();
                before.truncate(before.len().saturating_sub(1));
                before.push_str(if empty { ",\"capabilities\":[" } else { ",\"capabilities\":[\n" });
                Frame { before, between: ",\n", after: "\n]}\n" }
            }
            Format::Yaml => {
                let mut before = yaml::to_string(&head)?;
                before.push_str(if empty { "capabilities: []\n" } else { "capabilities:\n" });
                Frame { before, between: "", after: "" }
            }
        })
    }

    /// Renders the document in `format`. `fragments` must be in that format, one per source, in order.
    ///
    /// # Errors
    /// If a value of the head cannot be written as YAML.
    pub fn render<'a>(
        &self,
        format: Format,
        fragments: impl IntoIterator<Item = &'a str>,
    ) -> Result<String, YamlError> {
        let fragments: Vec<&str> = fragments.into_iter().filter(|f| !f.is_empty()).collect();
        let Frame { before, between, after } = self.frame(format)?;
        let size = fragments.iter().map(|f| f.len() + between.len()).sum::<usize>();
        let mut text = before;
        text.reserve(size + after.len());
        for (i, fragment) in fragments.iter().enumerate() {
            text.push_str(if i == 0 { "" } else { between });
            text.push_str(fragment);
        }
        text.push_str(after);
        Ok(text)
    }
}
