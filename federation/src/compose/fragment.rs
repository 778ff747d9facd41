//! The rendered contribution of one source to the document.

use crate::diff::Entry;
use crate::index::Index;
use crate::yaml::{self, YamlError};
use serde_json::{Map, Value};

/// The capabilities of one snapshot under one registration, rendered for use in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Compact JSON objects, separated by `,\n`.
    pub json: String,
    /// Items of a YAML block sequence without indentation.
    pub yaml: String,
    /// Ids of the capabilities, in the order of the index.
    pub ids: Vec<String>,
}

/// Fields that the federation sets. They override an entry's own fields of these names.
const ATTRIBUTION: [&str; 3] = ["id", "source_repo", "domain"];

impl Fragment {
    /// Renders an index as `repo` contributes it under `domain`.
    ///
    /// # Errors
    /// If a value cannot be written as YAML, which does not happen with a validated index.
    pub fn render(repo: &str, domain: &str, index: &Index) -> Result<Self, YamlError> {
        let ids: Vec<String> = index.capabilities.iter().map(|c| c.id().to_owned()).collect();
        let entries: Vec<Value> =
            index.capabilities.iter().map(|c| attributed(repo, domain, c.id(), c.fields())).collect();
        let json = entries.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n");
        Ok(Self { json, yaml: yaml::to_sequence_items(&entries)?, ids })
    }
}

/// Splits a JSON fragment into its entries, which have these ids.
pub fn entries<'a>(json: &'a str, ids: &'a [String]) -> Vec<Entry<'a>> {
    // Compact JSON contains no line feed, so every line feed separates two entries.
    json.split(",\n").zip(ids).map(|(json, id)| Entry { id, json }).collect()
}

fn attributed(repo: &str, domain: &str, id: &str, fields: &Map<String, Value>) -> Value {
    let mut entry = Map::with_capacity(fields.len() + 2);
    entry.insert("id".into(), id.into());
    entry.insert("source_repo".into(), repo.into());
    entry.insert("domain".into(), domain.into());
    for (name, value) in fields {
        if !ATTRIBUTION.contains(&name.as_str()) {
            entry.insert(name.clone(), value.clone());
        }
    }
    Value::Object(entry)
}
