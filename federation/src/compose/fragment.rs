//! What one source contributes to the document, rendered.

use crate::diff::Entry;
use crate::index::Index;
use crate::yaml::{self, YamlError};
use serde_json::{Map, Value};

/// The capabilities of one snapshot under one registration, ready to be put into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Compact JSON objects, `,\n` between them.
    pub json: String,
    /// Items of a YAML block sequence at the margin.
    pub yaml: String,
    /// Their ids, in the order of the index.
    pub ids: Vec<String>,
}

/// Fields that the federation sets; an entry's own fields of these names do not show.
const ATTRIBUTION: [&str; 3] = ["id", "source_repo", "domain"];

impl Fragment {
    /// Renders an index as `repo` contributes it under `domain`.
    ///
    /// # Errors
    /// When a value cannot be written as YAML, which a checked index does not have.
    pub fn render(repo: &str, domain: &str, index: &Index) -> Result<Self, YamlError> {
        let ids: Vec<String> = index.capabilities.iter().map(|c| c.id().to_owned()).collect();
        let entries: Vec<Value> =
            index.capabilities.iter().map(|c| attributed(repo, domain, c.id(), c.fields())).collect();
        let json = entries.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n");
        Ok(Self { json, yaml: yaml::to_sequence_items(&entries)?, ids })
    }
}

/// The entries of a fragment in JSON, whose ids are these.
pub fn entries<'a>(json: &'a str, ids: &'a [String]) -> Vec<Entry<'a>> {
    // Compact JSON has no line feed, so that one can only separate entries.
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
