//! A finding of a check: what is wrong with a document, where, and how to correct it.
//!
//! All texts of a finding have types of limited length, so that findings stay small whatever the document contains.

use crate::bounded::{Message, Pointer};
use crate::excerpt::excerpt;
use crate::problem::{Code, Kind};
use crate::size::json_bytes;
use crate::snippet::{self, Snippet};
use crate::yaml::Position;
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// The severity of a [`Diagnostic`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document is accepted, but a person should look at it.
    Warning,
    /// The document is refused. An unknown severity of a later version is read from JSON as this one.
    #[default]
    #[serde(other)]
    Error,
}

/// One finding about a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Diagnostic {
    /// The code: stable, in kebab-case. Programs should compare codes; messages may change.
    #[schema(value_type = String)]
    pub code: Code,
    /// Whether the finding makes the document invalid; `error` if absent.
    #[serde(default)]
    #[schema(required)]
    pub severity: Severity,
    /// JSON Pointer (RFC 6901) to the value; empty for the whole document. A key of more than 60 characters,
    /// and a pointer of more than 500, is shortened with `…` in the middle. It then still shows where to look,
    /// but does not identify a value.
    #[serde(default)]
    #[schema(required, value_type = String, max_length = 500)]
    pub pointer: Pointer,
    /// Line in the source text, from 1, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column in the source text, in characters from 1, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The line itself, if the position is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
    /// One line for people: what is wrong and how to correct it.
    #[schema(value_type = String, max_length = 1000)]
    pub message: Message,
}

impl Diagnostic {
    /// An error at `pointer`, without a position in the text.
    pub fn error(code: &'static Kind, pointer: impl Into<Pointer>, message: impl Into<Message>) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            pointer: pointer.into(),
            line: None,
            column: None,
            snippet: None,
            message: message.into(),
        }
    }

    /// A warning at `pointer`, without a position in the text.
    pub fn warning(code: &'static Kind, pointer: impl Into<Pointer>, message: impl Into<Message>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, pointer, message) }
    }

    pub(crate) fn at(self, position: Position) -> Self {
        Self { line: Some(position.line), column: Some(position.column), ..self }
    }

    /// The size as JSON, in bytes.
    pub(crate) fn json_bytes(&self) -> usize {
        json_bytes(self)
    }

    /// Whether this finding makes the document invalid.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Adds the line of the document to every finding with a position, in one walk through the text.
pub(crate) fn attach_snippets(document: &[u8], diagnostics: &mut [Diagnostic]) {
    let placed = diagnostics
        .iter_mut()
        .filter_map(|found| Some((found.line?, found.column.unwrap_or(1).max(1), &mut found.snippet)));
    snippet::attach(document, placed.collect());
}

impl fmt::Display for Diagnostic {
    /// `line:column: code: message (at pointer)`, without the parts that are unknown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
            if let Some(column) = self.column {
                write!(f, "{column}:")?;
            }
            f.write_str(" ")?;
        }
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        write!(f, "{}: {}", self.code, self.message)?;
        if !self.pointer.is_empty() {
            write!(f, " (at {})", excerpt(&self.pointer))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn displays_as_compilers_do() {
        let mut found = Diagnostic::error(&crate::problem::indexes::SCHEMA_TYPE, "/version", "must be an integer");
        assert_eq!(found.to_string(), "schema-type: must be an integer (at /version)");
        found.line = Some(3);
        found.column = Some(9);
        assert_eq!(found.to_string(), "3:9: schema-type: must be an integer (at /version)");
        let root = Diagnostic::warning(&crate::problem::indexes::BIDI_CONTROL, "", "text is reordered");
        assert_eq!(root.to_string(), "warning: bidi-control: text is reordered");
    }

    #[test]
    fn json_leaves_out_what_is_not_known_and_reads_it_back() {
        let found = Diagnostic::error(&crate::problem::indexes::NOT_AN_INDEX, "", "looks like HTML");
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(json, r#"{"code":"not-an-index","severity":"error","pointer":"","message":"looks like HTML"}"#);
        assert_eq!(serde_json::from_str::<Diagnostic>(&json).unwrap(), found);
        let short: Diagnostic = serde_json::from_str(r#"{"code":"schema-type","message":"y"}"#).unwrap();
        assert_eq!(short, Diagnostic::error(&crate::problem::indexes::SCHEMA_TYPE, "", "y"));
    }

    #[test]
    fn nobody_can_make_a_long_one() {
        let long = "\u{1f600}".repeat(100_000);
        let made = Diagnostic::error(&crate::problem::indexes::SCHEMA_TYPE, long.as_str(), long.as_str());
        let read = json!({"code": long, "pointer": long, "message": long, "snippet": {"text": long, "column": 7}});
        for found in [made, serde_json::from_value(read).unwrap()] {
            assert!(found.json_bytes() < 12_000, "{}", found.json_bytes());
        }
    }
}
