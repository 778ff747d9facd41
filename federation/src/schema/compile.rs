//! Compiles the text of a schema into a validator.

use super::kind::{ALL, Schema, document};
use jsonschema::{Draft, PatternOptions, Registry, ValidationError, Validator};
use serde_json::{Map, Value, json};

#[derive(Debug, thiserror::Error)]
pub(super) enum CompileError {
    #[error("the text of the schema is not YAML")]
    Text,
    #[error(transparent)]
    Reference(#[from] jsonschema::ReferencingError),
    #[error(transparent)]
    Schema(#[from] ValidationError<'static>),
}

/// Compiles a whole schema.
pub(super) fn compile(schema: Schema) -> Result<Validator, CompileError> {
    build(document(schema).ok_or(CompileError::Text)?, Clone::clone)
}

/// Compiles the part of a schema that a `$ref` names.
pub(super) fn compile_part(reference: &str) -> Result<Validator, CompileError> {
    build(&json!({"$ref": reference}), Clone::clone)
}

/// Like [`compile_part`], but does not check the items of lists.
pub(super) fn compile_shell(reference: &str) -> Result<Validator, CompileError> {
    build(&json!({"$ref": reference.replace("/items", &format!("/{APART}"))}), without_items)
}

/// The URI of a schema.
pub(super) fn uri(schema: Schema) -> String {
    format!("https://reuse.coulomb.social/schemas/{}", schema.name())
}

fn build(schema: &Value, form: fn(&Value) -> Value) -> Result<Validator, CompileError> {
    let mut documents = Vec::with_capacity(ALL.len());
    for other in ALL {
        documents.push((uri(other), form(document(other).ok_or(CompileError::Text)?)));
    }
    let mut registry = Registry::new();
    for (uri, document) in &documents {
        registry = registry.add(uri, document)?;
    }
    let registry = registry.prepare()?;
    Ok(jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_registry(&registry)
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(schema)?)
}

/// A keyword that replaces `items`: the validator ignores it, but references still find its content.
const APART: &str = "itemsApart";

/// Maps a location in a schema with `items` replaced to the original schema.
pub(super) fn as_in_the_schema(location: &str) -> String {
    location.replace(APART, "items")
}

fn without_items(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let named = |schemas: &Value| match schemas {
        Value::Object(map) => map.iter().map(|(name, schema)| (name.clone(), without_items(schema))).collect(),
        other => other.clone(),
    };
    let keywords = keywords.iter().map(|(keyword, value)| match keyword.as_str() {
        // Their keys are names of fields, one of which may be `items`.
        "properties" | "$defs" => (keyword.clone(), named(value)),
        "items" => (APART.to_owned(), without_items(value)),
        _ => (keyword.clone(), value.clone()),
    });
    Value::Object(keywords.collect::<Map<_, _>>())
}
