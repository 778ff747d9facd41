//! Backstage: the entities of a `catalog-info.yaml` that can be reused, each a capability.

use super::entry::Entry;
use super::node::Node;
use super::rules::{check, unknown_version};
use crate::diagnostic::Severity;
use crate::excerpt::json_excerpt;
use crate::findings::{Finding, Findings};
use crate::path::Path;
use crate::problem::indexes;
use crate::schema::Schema;

/// The kinds that are capabilities, as the schema names them.
const KINDS: [&str; 5] = ["Component", "API", "Resource", "System", "Template"];

/// The versions of these kinds.
const ENTITY: [&str; 2] = ["backstage.io/v1alpha1", "backstage.io/v1beta1"];
const TEMPLATE: [&str; 1] = ["scaffolder.backstage.io/v1beta3"];

/// The namespace of entities that name none.
const NAMESPACE: &str = "default";

pub(super) fn read<'v>(documents: &[Node<'v>], found: &mut Findings<'v>) -> Vec<Entry<'v>> {
    let mut entries = Vec::new();
    for document in documents {
        if found.is_enough() {
            break;
        }
        if !is_left_out(document, found) {
            entries.extend(entity(document, found));
        }
    }
    if entries.is_empty() && !found.refuses() {
        let message = format!("the file describes nothing that is a capability: describe one of {}", KINDS.join(", "));
        found.add(Finding::error(&indexes::NOT_AN_INDEX, Path::default(), message));
    }
    entries
}

/// Whether an entity is of another kind. If so, adds a warning that it is left out.
fn is_left_out<'v>(document: &Node<'v>, found: &mut Findings<'v>) -> bool {
    let Some(kind) = document.field("kind") else { return false };
    let name = kind.text().unwrap_or_default();
    if KINDS.contains(&name) {
        return false;
    }
    found.add_with(Severity::Warning, || {
        let message = match name {
            "Location" => "what a `Location` points to is not read: register those files themselves".to_owned(),
            _ => {
                let (kind, kinds) = (json_excerpt(kind.value), KINDS.join(", "));
                format!(
                    "an entity of the kind {kind} is not a capability and is left out; only {kinds} are capabilities"
                )
            }
        };
        Finding { severity: Severity::Warning, ..Finding::error(&indexes::LEFT_OUT, kind.path.clone(), message) }
    });
    true
}

fn entity<'v>(document: &Node<'v>, found: &mut Findings<'v>) -> Option<Entry<'v>> {
    let kind = document.field("kind");
    let versions = match kind.as_ref().and_then(Node::text) {
        Some("Template") => &TEMPLATE[..],
        _ => &ENTITY[..],
    };
    if let Some(version) = document.field("apiVersion")
        && !versions.iter().any(|known| version.text() == Some(known))
    {
        unknown_version(&version, &format!("`{}`", versions.join("` or `")), found);
        return None;
    }
    check(Schema::CatalogInfo, document, found);
    let (kind, metadata) = (kind?, document.get("metadata")?);
    let name = metadata.field("name")?;
    let namespace = metadata.field("namespace");
    let namespace = namespace.as_ref().and_then(Node::text).unwrap_or(NAMESPACE);
    let mut entry = Entry::new(document, &[kind.text()?, namespace, name.text()?], name.clone());
    entry.text("name", metadata.field("title").or(Some(name)));
    entry.text("summary", metadata.field("description"));
    let spec = document.get("spec");
    let of_spec = |name| spec.as_ref().and_then(|spec| spec.field(name));
    entry.text("status", of_spec("lifecycle"));
    entry.text("owner", of_spec("owner"));
    entry.tags(metadata.get("tags"), of_spec("type"));
    Some(entry)
}
