//! publiccode.yml: the software that it describes, as a capability.

use super::entry::Entry;
use super::node::Node;
use super::rules::{check, unknown_version};
use crate::excerpt::json_excerpt;
use crate::findings::{Finding, Findings};
use crate::problem::indexes;
use crate::schema::Schema;

pub(super) fn read<'v>(root: &Node<'v>, found: &mut Findings<'v>) -> Option<Entry<'v>> {
    if let Some(version) = root.get("publiccodeYmlVersion")
        && !is_known(&version)
    {
        unknown_version(&version, "a version that begins with `0.`", found);
        return None;
    }
    check(Schema::Publiccode, root, found);
    let summary = summary(root, found);
    let name = root.field("name")?;
    let mut entry = Entry::new(root, &["software", name.text()?], name.clone());
    entry.text("name", Some(name));
    entry.text("summary", summary);
    entry.text("status", root.field("developmentStatus"));
    let of_legal = |name| root.get("legal").and_then(|legal| legal.field(name));
    let organisation = root.get("organisation").and_then(|it| it.field("name"));
    entry.text("owner", organisation.or_else(|| of_legal("repoOwner")).or_else(|| of_legal("mainCopyrightOwner")));
    entry.tags(root.get("categories"), root.field("softwareType"));
    Some(entry)
}

/// Versions are texts such as `0.5.0`; without quotes, `0.4` is a number. The schema refuses anything else.
fn is_known(version: &Node<'_>) -> bool {
    let text = version.value.as_str().map_or_else(|| json_excerpt(version.value), str::to_owned);
    !(version.value.is_string() || version.value.is_number()) || text == "0" || text.starts_with("0.")
}

/// The short description in English, or else in the first language that has one.
fn summary<'v>(root: &Node<'v>, found: &mut Findings<'v>) -> Option<Node<'v>> {
    let description = root.get("description").filter(|description| description.value.is_object())?;
    let (mut first, mut english) = (None, None);
    for (language, texts) in description.fields() {
        let Some(summary) = texts.field("shortDescription") else { continue };
        if language == "en" {
            return Some(summary);
        }
        if language.starts_with("en-") && english.is_none() {
            english = Some(summary);
        } else if first.is_none() {
            first = Some(summary);
        }
    }
    if english.is_none() && first.is_none() {
        let message = "no language has a text `shortDescription`: add it";
        found.add(Finding::error(&indexes::SCHEMA_REQUIRED, description.path.clone(), message));
    }
    english.or(first)
}
