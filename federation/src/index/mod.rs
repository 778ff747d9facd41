//! Parses and validates a capability index, in its own format or in that of another standard. Pure: from bytes to a
//! verdict, the same on the hub, in the CLI and in tests.

mod formats;
mod mistaken;
mod rules;
mod sizes;
mod strings;
mod uses;

use self::rules::{find_duplicate_ids, too_many};
use crate::diagnostic::{Diagnostic, attach_snippets};
use crate::document;
use crate::excerpt::json_excerpt;
use crate::findings::{Finding, Findings};
use crate::limits::MAX_DIAGNOSTICS;
use crate::path::Path;
use crate::problem::indexes;
use crate::schema::{self, Schema};
use crate::yaml::{self, Position};
pub use formats::SourceFormat;
use serde_json::{Map, Value};
pub use sizes::Sizes;
pub use uses::Use;

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
    /// The capabilities that the repository uses, ordered and unique.
    pub uses: Vec<Use>,
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

/// Validates the bytes of an index. The bytes alone decide its format.
///
/// In addition to the codes of [`crate::yaml::YamlError`] and [`schema::Violation`], it reports `too-large`,
/// `invalid-utf8`, `not-an-index`, `lfs-pointer`, `unknown-version`, `too-many-capabilities`, `capability-too-large`,
/// `rendered-too-large`, `duplicate-id`, `control-character`, `more-diagnostics`, and the warnings `bidi-control` and
/// `left-out`.
pub fn check(bytes: &[u8]) -> Verdict {
    check_as(bytes, SourceFormat::Auto)
}

/// Validates the bytes of an index that is declared to have this format: as [`check`], but reports `other-format` if it
/// has another one. So the same bytes give the same index under every format that does not refuse them.
pub fn check_as(bytes: &[u8], said: SourceFormat) -> Verdict {
    if let Some((code, message)) = mistaken::known(bytes) {
        let found = Diagnostic::error(code, "", message).at(Position { line: 1, column: 1 });
        return Verdict::refused(bytes, found);
    }
    let text = match document::decode(bytes) {
        Ok(text) => text,
        Err(diagnostic) => return Verdict::refused(bytes, *diagnostic),
    };
    match yaml::parse_documents(text, formats::is_entity) {
        Ok(documents) => judge(text, documents, said),
        Err(mut error) => {
            if let Some(hint) = mistaken::hint(text, &error) {
                error.message = format!("{}; {hint}", error.message);
            }
            Verdict::refused(bytes, error.into())
        }
    }
}

fn judge(text: &str, mut documents: Vec<Value>, said: SourceFormat) -> Verdict {
    let mut found = Findings::default();
    let first = documents.first().unwrap_or(&Value::Null);
    let converted = match formats::choose(first, said) {
        Ok(SourceFormat::Auto | SourceFormat::Index) => Some((None, judge_index(first, &mut found))),
        Ok(format) => formats::convert(format, &documents, &mut found).map(|(value, sizes)| (Some(value), sizes)),
        Err(refusal) => {
            found.add(refusal);
            None
        }
    };
    let refuses = found.refuses();
    let diagnostics = found.placed_in(text);
    let accepted = converted.filter(|_| !refuses);
    let index = accepted.and_then(|(value, sizes)| index(value.or_else(|| documents.pop())?, sizes));
    Verdict { index, diagnostics }
}

fn judge_index<'v>(value: &'v Value, found: &mut Findings<'v>) -> Sizes {
    if let Some(refusal) = unreadable(value) {
        found.add(refusal);
        return Sizes::default();
    }
    found.add_violations(schema::findings(Schema::CapabilityIndex, value, MAX_DIAGNOSTICS));
    find_duplicate_ids(value, found);
    strings::check(value, Path::default(), found);
    if found.refuses() { Sizes::default() } else { sizes::measure(value, found) }
}

/// Finds an error that makes all other findings pointless.
fn unreadable(value: &Value) -> Option<Finding<'_>> {
    let at = |pointer| Path::default().below(value, pointer);
    let Value::Object(root) = value else {
        let kind = match value {
            Value::Null => "null",
            Value::Array(_) => "a list",
            _ => "a single value",
        };
        let message = format!("the document is {kind}: an index is a mapping with `version` and `capabilities`");
        return Some(Finding::error(&indexes::NOT_AN_INDEX, at(""), message));
    };
    if let Some(version) = root.get("version").filter(|version| version.is_number() && version.as_f64() != Some(1.0)) {
        let message = format!("version {} is not supported: use version 1", json_excerpt(version));
        return Some(Finding::error(&indexes::UNKNOWN_VERSION, at("/version"), message));
    }
    let count = root.get("capabilities").and_then(Value::as_array).map_or(0, Vec::len);
    too_many(count, at("/capabilities"))
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
        uses: uses::of(&root),
        sizes,
    })
}

#[cfg(test)]
mod tests;
