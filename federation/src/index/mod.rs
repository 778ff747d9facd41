//! Parses and validates a capability index. Pure: from bytes to a verdict, the same on
//! the hub, in the CLI and in tests.

mod mistaken;
mod sizes;
mod strings;

use crate::problem::indexes;
use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, attach_snippets};
use crate::document;
use crate::excerpt::json_excerpt;
use crate::findings::{Finding, Findings};
use crate::limits::{MAX_CAPABILITIES, MAX_DIAGNOSTICS};
use crate::path::{Path, Step};
use crate::schema::{self, Schema};
use crate::yaml::{self, Position};

pub use sizes::Sizes;

/// A valid index.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// The format version; 1.
    pub version: u64,
    /// The repository named in the index.
    pub repo: Option<String>,
    /// The domain named in the index.
    pub domain: Option<String>,
    /// The time of the last change, as written in the index.
    pub updated: Option<String>,
    /// The capabilities, in the order of the index. Their ids are unique.
    pub capabilities: Vec<Capability>,
    /// The rendered size of the capabilities.
    pub sizes: Sizes,
}

/// One capability of a valid index, with all its fields in their original order.
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

/// The result of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The index; `None` if any diagnostic is an error.
    pub index: Option<Index>,
    /// Findings in text order: at most [`MAX_DIAGNOSTICS`], then one that counts the others.
    pub diagnostics: Vec<Diagnostic>,
}

impl Verdict {
    /// Whether the index may be accepted.
    pub fn is_valid(&self) -> bool {
        self.index.is_some()
    }

    fn refused(bytes: &[u8], diagnostic: Diagnostic) -> Self {
        let mut diagnostics = vec![diagnostic];
        attach_snippets(bytes, &mut diagnostics);
        Self { index: None, diagnostics }
    }
}

/// Validates the bytes of an index.
///
/// In addition to the codes of [`crate::yaml::YamlError`] and [`schema::Violation`], it reports `too-large`,
/// `invalid-utf8`, `not-an-index`, `lfs-pointer`, `unknown-version`, `too-many-capabilities`, `capability-too-large`,
/// `rendered-too-large`, `duplicate-id`, `control-character`, `more-diagnostics`, and the warning `bidi-control`.
pub fn check(bytes: &[u8]) -> Verdict {
    if let Some((code, message)) = mistaken::known(bytes) {
        let found = Diagnostic::error(code, "", message).at(Position { line: 1, column: 1 });
        return Verdict::refused(bytes, found);
    }
    let text = match document::decode(bytes) {
        Ok(text) => text,
        Err(diagnostic) => return Verdict::refused(bytes, *diagnostic),
    };
    match yaml::parse(text) {
        Ok(value) => judge(text, value),
        Err(mut error) => {
            if let Some(hint) = mistaken::hint(text, &error.message) {
                error.message = format!("{}; {hint}", error.message);
            }
            Verdict::refused(bytes, error.into())
        }
    }
}

fn judge(text: &str, value: Value) -> Verdict {
    let mut found = Findings::default();
    let mut sizes = Sizes::default();
    match unreadable(&value) {
        Some(refusal) => found.add(refusal),
        None => {
            found.add_violations(schema::findings(Schema::CapabilityIndex, &value, MAX_DIAGNOSTICS));
            find_duplicate_ids(&value, &mut found);
            strings::check(&value, &mut found);
            if !found.refuses() {
                sizes = sizes::measure(&value, &mut found);
            }
        }
    }
    let refuses = found.refuses();
    let diagnostics = found.placed_in(text);
    Verdict { index: if refuses { None } else { index(value, sizes) }, diagnostics }
}

/// Finds an error that makes all other findings pointless.
fn unreadable(value: &Value) -> Option<Finding<'_>> {
    let at = |pointer| Path::default().below(value, pointer);
    let Value::Object(root) = value else {
        let kind = match value {
            Value::Null => "nothing",
            Value::Array(_) => "a list",
            _ => "a single value",
        };
        let message = format!("the document is {kind}: an index is a mapping with `version` and `capabilities`");
        return Some(Finding::error(&indexes::NOT_AN_INDEX, at(""), message));
    };
    if let Some(version) = root.get("version").filter(|version| version.is_number() && version.as_f64() != Some(1.0)) {
        let message = format!("version {} is not known here: use version 1", json_excerpt(version));
        return Some(Finding::error(&indexes::UNKNOWN_VERSION, at("/version"), message));
    }
    let count = root.get("capabilities").and_then(Value::as_array).map_or(0, Vec::len);
    (count > MAX_CAPABILITIES).then(|| {
        let message =
            format!("{count} capabilities: an index may have {MAX_CAPABILITIES}, split it over several repos");
        Finding::error(&indexes::TOO_MANY_CAPABILITIES, at("/capabilities"), message)
    })
}

fn find_duplicate_ids<'v>(value: &'v Value, found: &mut Findings<'v>) {
    let list = Path::default().below(value, "/capabilities");
    let capabilities = value.get("capabilities").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let id_of = |(place, capability): (usize, &'v Value)| list.with(Step::Item(place)).below(capability, "/id");
    let mut seen: HashMap<&str, (usize, &'v Value)> = HashMap::with_capacity(capabilities.len());
    for one in capabilities.iter().enumerate() {
        let Some(id) = one.1.get("id").and_then(Value::as_str) else { continue };
        match seen.get(id) {
            Some(first) => found.add_duplicate(id, id_of(one), id_of(*first)),
            None => {
                seen.insert(id, one);
            }
        }
    }
}

/// `None` only if the schema refuses the value.
fn index(value: Value, sizes: Sizes) -> Option<Index> {
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
        sizes,
    })
}

#[cfg(test)]
mod tests;
