//! CodeMeta: the software that it describes, as a capability.

use super::entry::Entry;
use super::node::Node;
use super::rules::{check, unknown_version};
use crate::findings::Findings;
use crate::schema::Schema;
use serde_json::Value;

/// The versions of the vocabulary.
const MAJORS: [&str; 2] = ["2", "3"];

/// Whether a `@context` names the vocabulary.
pub(super) fn is_context(context: &Value) -> bool {
    let names = |value: &Value| value.as_str().is_some_and(|text| text.contains("codemeta"));
    names(context) || context.as_array().is_some_and(|contexts| contexts.iter().any(names))
}

pub(super) fn read<'v>(root: &Node<'v>, found: &mut Findings<'v>) -> Option<Entry<'v>> {
    if let Some(context) = root.get("@context") {
        let unknown = |context: &Node<'v>| {
            let major = context.text().and_then(major);
            major.is_some_and(|major| !MAJORS.contains(&major))
        };
        let mut contexts = std::iter::once(context.clone()).chain(context.items());
        if let Some(unknown) = contexts.find(unknown) {
            unknown_version(&unknown, "version 2 or 3 of CodeMeta", found);
            return None;
        }
    }
    check(Schema::Codemeta, root, found);
    let name = root.field("name")?;
    // An identifier that is an address or a DOI may identify a single version, so it does not serve as a name.
    let is_name =
        |id: &Node<'_>| id.text().is_some_and(|id| !id.contains([':', '/']) && id.contains(char::is_alphanumeric));
    let named = root.field("identifier").filter(is_name).unwrap_or_else(|| name.clone());
    let mut entry = Entry::new(root, &["software", named.text()?], named.clone());
    entry.text("name", Some(name));
    entry.text("summary", root.field("description"));
    if let Some(status) = root.field("developmentStatus") {
        // The statuses of repostatus.org are often written as URLs.
        let word = status.text().map(|text| text.rsplit('#').next().unwrap_or(text)).unwrap_or_default();
        entry.value("status", word.into(), status);
    }
    if let Some((owner, from)) = owner(root) {
        entry.value("owner", owner.into(), from);
    }
    keywords(&mut entry, root);
    Some(entry)
}

/// The first digits after the name of the vocabulary in an address such as `https://w3id.org/codemeta/3.0`.
fn major(context: &str) -> Option<&str> {
    context.split("codemeta").skip(1).find_map(|after| {
        let version = after.strip_prefix(['/', '-'])?;
        let version = version.strip_prefix('v').unwrap_or(version);
        let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
        version.get(..end).filter(|digits| !digits.is_empty())
    })
}

/// The name of the first maintainer.
fn owner<'v>(root: &Node<'v>) -> Option<(String, Node<'v>)> {
    let maintainer = root.get("maintainer")?;
    let first = maintainer.items().next();
    let first = first.unwrap_or(maintainer);
    let part = |name| first.field(name).and_then(|field| field.text());
    let names = [part("givenName"), part("familyName")];
    let whole = || names.iter().flatten().copied().collect::<Vec<_>>().join(" ");
    let name = first.text().or(part("name")).map_or_else(whole, str::to_owned);
    (!name.is_empty()).then_some((name, first))
}

fn keywords<'v>(entry: &mut Entry<'v>, root: &Node<'v>) {
    let Some(keywords) = root.get("keywords") else { return };
    match keywords.text() {
        Some(text) => {
            let words = text.split([',', ';']).map(str::trim).filter(|word| !word.is_empty());
            entry.value("tags", words.collect(), keywords);
        }
        None => entry.tags(Some(keywords), None),
    }
}
