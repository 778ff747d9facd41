//! Reading and judging a capability index. Pure: from bytes to a verdict, the same on the hub, in the CLI and in tests.

mod strings;

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, excerpt};
use crate::document;
use crate::findings::Findings;
use crate::limits::{MAX_CAPABILITIES, MAX_DIAGNOSTICS};
use crate::schema::{self, Schema};
use crate::snippet;
use crate::yaml::{self, Position};

/// A valid index.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// The version of the format; 1.
    pub version: u64,
    /// The repository, as the index names it.
    pub repo: Option<String>,
    /// The domain, as the index names it.
    pub domain: Option<String>,
    /// When the index says it was last changed, in its own words.
    pub updated: Option<String>,
    /// What it offers, in its own order. No two have the same id.
    pub capabilities: Vec<Capability>,
}

/// One capability of a valid index, with every field it came with, in its own order.
#[derive(Debug, Clone, PartialEq)]
pub struct Capability(Map<String, Value>);

impl Capability {
    /// The id, unique within the index.
    pub fn id(&self) -> &str {
        self.0.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// All fields, `id` included.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    /// All fields, `id` included.
    pub fn into_fields(self) -> Map<String, Value> {
        self.0
    }
}

/// What a check says.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The index; `None` as soon as one diagnostic is an error.
    pub index: Option<Index>,
    /// Findings in the order of the text, at most [`MAX_DIAGNOSTICS`] and then one that counts the others.
    pub diagnostics: Vec<Diagnostic>,
}

impl Verdict {
    /// Whether the index may be accepted.
    pub fn is_valid(&self) -> bool {
        self.index.is_some()
    }

    fn refused(diagnostic: Diagnostic) -> Self {
        Self { index: None, diagnostics: vec![diagnostic] }
    }
}

/// Judges the bytes of an index.
///
/// Codes besides those of [`yaml::YamlError`] and [`schema::Violation`]: `too-large`, `invalid-utf8`, `not-an-index`,
/// `unknown-version`, `too-many-capabilities`, `duplicate-id`, `control-character`, `more-diagnostics`, and the warning
/// `bidi-control`.
pub fn check(bytes: &[u8]) -> Verdict {
    let mut verdict = verdict(bytes);
    snippet::attach(bytes, &mut verdict.diagnostics);
    verdict
}

fn verdict(bytes: &[u8]) -> Verdict {
    let text = match document::decode(bytes) {
        Ok(text) if looks_like_markup(text) => {
            let message = "this looks like an HTML or XML page, not an index: use the URL of the raw file, and check that it \
                           can be read without signing in";
            return Verdict::refused(
                Diagnostic::error("not-an-index", "", message).at(Position { line: 1, column: 1 }),
            );
        }
        Ok(text) => text,
        Err(diagnostic) => return Verdict::refused(*diagnostic),
    };
    match yaml::parse(text) {
        Ok(value) => judge(text, value),
        Err(error) => Verdict::refused(error.into()),
    }
}

fn looks_like_markup(text: &str) -> bool {
    let mut start = text.trim_start_matches('\u{feff}').trim_start().chars();
    start.next() == Some('<') && start.next().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '!' | '?'))
}

fn judge(text: &str, value: Value) -> Verdict {
    let mut found = Findings::default();
    if let Some(refusal) = unreadable(&value) {
        found.add(refusal);
        return Verdict { index: None, diagnostics: found.placed_in(text) };
    }
    found.add_violations(schema::first_violations(Schema::CapabilityIndex, &value, MAX_DIAGNOSTICS));
    find_duplicate_ids(&value, &mut found);
    strings::check(&value, &mut found);
    let index = if found.refuses() { None } else { index(value) };
    Verdict { index, diagnostics: found.placed_in(text) }
}

/// What makes every other finding about the document pointless.
fn unreadable(value: &Value) -> Option<Diagnostic> {
    let Value::Object(root) = value else {
        let kind = match value {
            Value::Null => "nothing",
            Value::Array(_) => "a list",
            _ => "a single value",
        };
        let message = format!("the document is {kind}: an index is a mapping with `version` and `capabilities`");
        return Some(Diagnostic::error("not-an-index", "", message));
    };
    if let Some(version) = root.get("version").filter(|version| version.is_number() && version.as_f64() != Some(1.0)) {
        let message = format!("version {} is not known here: use version 1", excerpt(&version.to_string()));
        return Some(Diagnostic::error("unknown-version", "/version", message));
    }
    let count = root.get("capabilities").and_then(Value::as_array).map_or(0, Vec::len);
    (count > MAX_CAPABILITIES).then(|| {
        let message =
            format!("{count} capabilities: an index may have {MAX_CAPABILITIES}, split it over several repos");
        Diagnostic::error("too-many-capabilities", "/capabilities", message)
    })
}

fn find_duplicate_ids(value: &Value, found: &mut Findings) {
    let capabilities = value.get("capabilities").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(capabilities.len());
    for (index, capability) in capabilities.iter().enumerate() {
        let Some(id) = capability.get("id").and_then(Value::as_str) else { continue };
        match seen.get(id) {
            Some(first) => found.add_duplicate(id, &id_pointer(index), &id_pointer(*first)),
            None => {
                seen.insert(id, index);
            }
        }
    }
}

fn id_pointer(index: usize) -> String {
    format!("/capabilities/{index}/id")
}

/// `None` only for a value that the schema refuses.
fn index(value: Value) -> Option<Index> {
    let Value::Object(mut root) = value else { return None };
    let Some(Value::Array(capabilities)) = root.remove("capabilities") else { return None };
    let capabilities = capabilities.into_iter().map(|capability| match capability {
        Value::Object(fields) => Some(Capability(fields)),
        _ => None,
    });
    let text = |name: &str| root.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Index {
        version: 1,
        repo: text("repo"),
        domain: text("domain"),
        updated: text("updated"),
        capabilities: capabilities.collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests;
