//! Indexes in the formats of other standards: which format a file has, what in it is a capability, and where in the file
//! each field of a capability comes from. `docs/formats.md` has the tables.
//!
//! The bytes alone decide the format and the entries. What a registration says about its format can only refuse a file.

mod agent_card;
mod catalog_info;
mod codemeta;
mod entry;
mod node;
mod publiccode;
mod rules;

use self::entry::Entry;
use self::node::Node;
use super::rules::{find_duplicate_ids, too_many};
use super::sizes::{self, Sizes};
use super::strings;
use crate::findings::{Finding, Findings};
use crate::limits::MAX_DIAGNOSTICS;
use crate::path::{Path, Step};
use crate::problem::indexes;
use crate::schema::{self, Schema};
use serde_json::Value;

crate::variants! {
    /// The format of a file that is registered as an index.
    #[derive(Default, Hash)]
    pub enum SourceFormat {
        /// Whichever of the others the file has.
        #[default]
        Auto = "auto",
        /// A capability index.
        Index = "index",
        /// Entities of a Backstage catalogue: `catalog-info.yaml`.
        CatalogInfo = "catalog-info",
        /// Software of a public administration: `publiccode.yml`.
        Publiccode = "publiccode",
        /// Research software in JSON-LD: `codemeta.json`.
        Codemeta = "codemeta",
        /// The card of an A2A agent: `agent-card.json`.
        AgentCard = "agent-card",
    }
}

impl SourceFormat {
    /// The format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// Whether the file decides.
    pub fn is_auto(&self) -> bool {
        *self == Self::Auto
    }

    /// What a file of this format is recognised by.
    fn mark(self) -> &'static str {
        match self {
            Self::Auto | Self::Index => "a list `capabilities`",
            Self::CatalogInfo => "`apiVersion` and `kind`",
            Self::Publiccode => "`publiccodeYmlVersion`",
            Self::Codemeta => "a `@context` of CodeMeta",
            Self::AgentCard => "a mapping `capabilities`, and `skills`",
        }
    }
}

/// Whether a document is an entity of a Backstage catalogue, so that others may follow it.
pub(super) fn is_entity(document: &Value) -> bool {
    format_of(document) == Some(SourceFormat::CatalogInfo)
}

/// The format that the first document of a file has; `None` if it has no mark. No document has two marks, and every
/// valid index has that of an index.
fn format_of(document: &Value) -> Option<SourceFormat> {
    let root = document.as_object()?;
    let has = |name: &str| root.contains_key(name);
    match root.get("capabilities") {
        Some(Value::Array(_)) => Some(SourceFormat::Index),
        _ if has("apiVersion") && has("kind") => Some(SourceFormat::CatalogInfo),
        _ if has("publiccodeYmlVersion") => Some(SourceFormat::Publiccode),
        _ if root.get("@context").is_some_and(codemeta::is_context) => Some(SourceFormat::Codemeta),
        Some(Value::Object(_)) if has("skills") || has("supportedInterfaces") => Some(SourceFormat::AgentCard),
        _ => None,
    }
}

/// The format by which a file is judged whose declared format is `said`.
///
/// # Errors
/// `other-format` if it has another format.
pub(super) fn choose(first: &Value, said: SourceFormat) -> Result<SourceFormat, Finding<'_>> {
    let found = format_of(first);
    let message = match (said, found) {
        (SourceFormat::Auto | SourceFormat::Index, None) => return Ok(SourceFormat::Index),
        (SourceFormat::Auto, Some(found)) => return Ok(found),
        (said, Some(found)) if said == found => return Ok(found),
        (said, Some(found)) => format!(
            "the declared format is `{}`, but this file has {}: declare `{}` or `auto`",
            said.as_str(),
            found.mark(),
            found.as_str()
        ),
        (said, None) => {
            format!("the declared format is `{}`, but this file does not have {}", said.as_str(), said.mark())
        }
    };
    Err(Finding::error(&indexes::OTHER_FORMAT, Path::default(), message))
}

/// Reads the documents of a file that has this format, and turns what it offers into an index. All findings are about
/// the file.
pub(super) fn convert<'v>(
    format: SourceFormat,
    documents: &'v [Value],
    found: &mut Findings<'v>,
) -> Option<(Value, Sizes)> {
    let count = documents.iter().filter(|document| !document.is_null()).count();
    if let Some(refusal) = too_many(count, Path::default()) {
        found.add(refusal);
        return None;
    }
    let nodes = nodes(documents);
    let root = nodes.first()?;
    nodes.iter().for_each(|node| strings::check(node.value, node.path.clone(), found));
    let entries = match format {
        SourceFormat::CatalogInfo => catalog_info::read(&nodes, found),
        SourceFormat::Publiccode => publiccode::read(root, found).into_iter().collect(),
        SourceFormat::Codemeta => codemeta::read(root, found).into_iter().collect(),
        SourceFormat::AgentCard => agent_card::read(root, found),
        SourceFormat::Auto | SourceFormat::Index => return None,
    };
    let (fields, origins): (Vec<Value>, Vec<_>) = entries.into_iter().map(Entry::into_parts).unzip();
    let index = serde_json::json!({"version": 1, "capabilities": fields});
    let mut inner = Findings::default();
    find_duplicate_ids(&index, &mut inner);
    let mut sizes = Sizes::default();
    if !found.refuses() && !inner.refuses() {
        inner.add_violations(schema::findings(Schema::CapabilityIndex, &index, MAX_DIAGNOSTICS));
        sizes = sizes::measure(&index, &mut inner);
    }
    inner.move_to(found, |path| match path.steps() {
        [_, Step::Item(place), below @ ..] => origins.get(*place).map(|entry| entry.of(below)).unwrap_or_default(),
        _ => root.path.clone(),
    });
    Some((index, sizes))
}

/// The documents that are not empty: a catalogue ignores those that are.
fn nodes(documents: &[Value]) -> Vec<Node<'_>> {
    if let [value] = documents {
        return vec![Node { path: Path::default(), value }];
    }
    let documents = documents.iter().enumerate().filter(|(_, value)| !value.is_null());
    documents.map(|(place, value)| Node::of_document(place, value)).collect()
}
