//! Validation against a schema, which is compiled once.

use super::collected::Collected;
use super::compile::compile;
use super::kind::{ALL, Schema};
use super::pieces::Piece;
use crate::bounded::{Message, Pointer};
use crate::findings::{Finding, LeftOut};
use crate::limits::MAX_DIAGNOSTICS;
use crate::path::Path;
use crate::problem::{Kind, indexes};
use jsonschema::Validator;
use serde_json::Value;
use std::sync::OnceLock;

/// One violation of a schema.
///
/// Codes: `schema-type`, `schema-required`, `schema-pattern`, `schema-enum`, `schema-const`, `schema-unknown-field`,
/// `schema-forbidden`, `schema-too-long`, `schema-too-short`, `schema-too-many`, `schema-too-few`, `schema-range`,
/// `schema-one-of`, `schema-unique`, `schema-invalid`; `more-diagnostics` for the omitted ones; and
/// `schema-unavailable` if the schema itself cannot be used, which refuses everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Stable, in kebab-case.
    pub code: &'static Kind,
    /// JSON pointer to the value; for a missing field, to the object that lacks it.
    pub pointer: Pointer,
    /// Whether the error is in the key at the end of the pointer, not in its value.
    pub at_key: bool,
    /// One line: what is expected and what to do.
    pub message: Message,
}

/// The violations of `schema` in `value`: at most [`MAX_DIAGNOSTICS`], then one that counts the
/// others. Empty if there are none.
pub fn violations(schema: Schema, value: &Value) -> Vec<Violation> {
    let (found, left_out) = findings(schema, value, MAX_DIAGNOSTICS);
    let mut violations: Vec<Violation> = found
        .into_iter()
        .map(|it| Violation { code: it.code, pointer: it.path.pointer(), at_key: it.at_key, message: it.message })
        .collect();
    violations.extend(left_out.message().map(|message| Violation {
        code: &indexes::MORE_DIAGNOSTICS,
        pointer: Pointer::default(),
        at_key: false,
        message,
    }));
    violations
}

/// The first `max_findings` violations, and the number of the others.
pub(crate) fn findings(schema: Schema, value: &Value, max_findings: usize) -> (Vec<Finding<'_>>, LeftOut) {
    findings_at(schema, value, &Path::default(), max_findings)
}

/// Like [`findings`], for a value that is at `path`.
pub(crate) fn findings_at<'v>(
    schema: Schema,
    value: &'v Value,
    path: &Path<'v>,
    max_findings: usize,
) -> (Vec<Finding<'v>>, LeftOut) {
    let unavailable = || {
        let message = "the check is not available: its schema did not compile";
        (vec![Finding::error(&indexes::SCHEMA_UNAVAILABLE, path.clone(), message)], LeftOut::default())
    };
    let Some(validator) = validator(schema) else { return unavailable() };
    if validator.is_valid(value) {
        return (Vec::new(), LeftOut::default());
    }
    let Some(piece) = piece(schema) else { return unavailable() };
    let mut collected = Collected::up_to(max_findings);
    piece.check(value, path, &mut collected);
    collected.into_parts()
}

fn validator(schema: Schema) -> Option<&'static Validator> {
    static COMPILED: [OnceLock<Option<Validator>>; ALL.len()] = [const { OnceLock::new() }; ALL.len()];
    COMPILED[schema as usize].get_or_init(|| compile(schema).ok()).as_ref()
}

fn piece(schema: Schema) -> Option<&'static Piece> {
    static COMPILED: [OnceLock<Option<Piece>>; ALL.len()] = [const { OnceLock::new() }; ALL.len()];
    COMPILED[schema as usize].get_or_init(|| Piece::of(schema).ok()).as_ref()
}
