//! The schemas that say what each document may be, and checking against them.
//!
//! The texts in `schemas/` are the source of truth; they are compiled once each, and nothing is ever fetched to do so.

mod message;

use std::sync::OnceLock;

use jsonschema::{Draft, PatternOptions, Registry, ValidationError, Validator};
use serde_json::Value;

use crate::yaml;

/// File names of all schemas, as they are served under `/schemas/`.
pub const NAMES: [&str; 5] = [
    Schema::Federation.name(),
    Schema::HubRegistration.name(),
    Schema::CapabilityIndex.name(),
    Schema::Federated.name(),
    Schema::TokenRequest.name(),
];

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schema {
    /// A local manifest of sources.
    Federation,
    /// What is sent to the hub to register a repository.
    HubRegistration,
    /// What one repository publishes.
    CapabilityIndex,
    /// What the hub composes.
    Federated,
    /// What is sent to the hub to make a token.
    TokenRequest,
}

/// All kinds, in the order of [`NAMES`].
const ALL: [Schema; 5] =
    [Schema::Federation, Schema::HubRegistration, Schema::CapabilityIndex, Schema::Federated, Schema::TokenRequest];

impl Schema {
    /// The file name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Federation => "federation.schema.yaml",
            Self::HubRegistration => "hub-registration.schema.yaml",
            Self::CapabilityIndex => "capability-index.schema.yaml",
            Self::Federated => "federated.schema.yaml",
            Self::TokenRequest => "token-request.schema.yaml",
        }
    }

    /// The schema with this file name.
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|schema| schema.name() == name)
    }
}

/// The text of a schema: JSON Schema 2020-12, in YAML.
pub const fn text(schema: Schema) -> &'static str {
    match schema {
        Schema::Federation => include_str!("../../schemas/federation.schema.yaml"),
        Schema::HubRegistration => include_str!("../../schemas/hub-registration.schema.yaml"),
        Schema::CapabilityIndex => include_str!("../../schemas/capability-index.schema.yaml"),
        Schema::Federated => include_str!("../../schemas/federated.schema.yaml"),
        Schema::TokenRequest => include_str!("../../schemas/token-request.schema.yaml"),
    }
}

/// One way in which a value departs from a schema.
///
/// Codes: `schema-type`, `schema-required`, `schema-pattern`, `schema-enum`, `schema-const`, `schema-unknown-field`,
/// `schema-forbidden`, `schema-too-long`, `schema-too-short`, `schema-too-many`, `schema-too-few`, `schema-range`,
/// `schema-one-of`, `schema-unique`, `schema-invalid`; and `schema-unavailable` if the schema itself cannot be used, which
/// refuses everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Stable, in kebab-case.
    pub code: &'static str,
    /// JSON pointer to the value; for a missing field, to the object that lacks it.
    pub pointer: String,
    /// Whether the fault is the key that the pointer ends with, rather than the value there.
    pub at_key: bool,
    /// One line: what is expected, and what to do.
    pub message: String,
}

/// Everything in which `value` departs from `schema`; empty if nothing.
pub fn violations(schema: Schema, value: &Value) -> Vec<Violation> {
    first_violations(schema, value, usize::MAX).0
}

/// The first `most` violations, and the number of those left out.
pub fn first_violations(schema: Schema, value: &Value, most: usize) -> (Vec<Violation>, usize) {
    let Some(validator) = validator(schema) else {
        let message = "this check cannot be made: its schema did not compile".to_owned();
        return (vec![Violation { code: "schema-unavailable", pointer: String::new(), at_key: false, message }], 0);
    };
    if validator.is_valid(value) {
        return (Vec::new(), 0);
    }
    let mut found = Vec::new();
    let mut left_out = 0;
    for error in validator.iter_errors(value).filter(|error| !said_better(schema, error)) {
        if found.len() < most {
            message::describe(&error, &mut found);
        } else {
            left_out += 1;
        }
    }
    left_out += found.len().saturating_sub(most);
    found.truncate(most);
    (found, left_out)
}

/// A registration needs its `url` and may not have an `index`: that a source needs one of the two adds nothing.
fn said_better(schema: Schema, error: &ValidationError<'_>) -> bool {
    schema == Schema::HubRegistration
        && error.instance_path().as_str().is_empty()
        && matches!(error.kind().keyword(), "anyOf" | "not")
}

fn validator(schema: Schema) -> Option<&'static Validator> {
    static COMPILED: [OnceLock<Option<Validator>>; ALL.len()] = [const { OnceLock::new() }; ALL.len()];
    COMPILED[schema as usize].get_or_init(|| compile(schema).ok()).as_ref()
}

/// A schema as a value; none if its text cannot be read.
pub fn document(schema: Schema) -> Option<&'static Value> {
    static PARSED: [OnceLock<Option<Value>>; ALL.len()] = [const { OnceLock::new() }; ALL.len()];
    PARSED[schema as usize].get_or_init(|| yaml::parse(text(schema)).ok()).as_ref()
}

#[derive(Debug, thiserror::Error)]
enum CompileError {
    #[error("the text of the schema is not YAML")]
    Text,
    #[error(transparent)]
    Reference(#[from] jsonschema::ReferencingError),
    #[error(transparent)]
    Schema(#[from] ValidationError<'static>),
}

fn compile(schema: Schema) -> Result<Validator, CompileError> {
    let mut registry = Registry::new();
    for other in ALL {
        let value = document(other).ok_or(CompileError::Text)?;
        registry = registry.add(format!("https://reuse.coulomb.social/schemas/{}", other.name()), value)?;
    }
    let registry = registry.prepare()?;
    let value = document(schema).ok_or(CompileError::Text)?;
    Ok(jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_registry(&registry)
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(value)?)
}

#[cfg(test)]
mod tests;
