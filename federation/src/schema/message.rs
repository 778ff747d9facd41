//! Describes validation errors in plain words.

use super::collected::Collected;
use super::compile::as_in_the_schema;
use super::kind::{Schema, document};
use crate::excerpt::{excerpt, json_excerpt};
use crate::findings::Finding;
use crate::path::{Path, Step};
use crate::problem::{Kind as Code, indexes};
use crate::size::json_bytes_within;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

/// Adds the findings for an `error` in `root`, which is at `above`: one violation, or one for each unknown field.
pub(super) fn describe<'v>(
    error: &ValidationError<'_>,
    root: &'v Value,
    above: &Path<'v>,
    collected: &mut Collected<'v>,
) {
    let pointer = error.instance_path().as_str();
    if let Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } = error.kind() {
        return unknown_fields(unexpected, &above.below(root, pointer), root.pointer(pointer), collected);
    }
    let (code, message) = violated_bound(error).unwrap_or_else(|| violation(error));
    collected.add(|| Finding::error(code, above.below(root, pointer), message));
}

/// The code and the message of an error, unless it is about unknown fields or a bound.
fn violation(error: &ValidationError<'_>) -> (&'static Code, String) {
    match error.kind() {
        Kind::Type { kind } => {
            (&indexes::SCHEMA_TYPE, format!("must be {}, not {}", wanted_types(kind), a_type(error.instance())))
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            (&indexes::SCHEMA_REQUIRED, format!("the field `{name}` is missing: add it"))
        }
        Kind::Pattern { .. } => (&indexes::SCHEMA_PATTERN, explained(error, "does not have the expected form")),
        Kind::PropertyNames { error } => {
            (&indexes::SCHEMA_PATTERN, explained(error, "does not have the expected form"))
        }
        Kind::Enum { options } => {
            (&indexes::SCHEMA_ENUM, format!("{} is not one of {}", shown(error.instance()), shown(options)))
        }
        Kind::Constant { expected_value } => {
            let found = json_excerpt(error.instance());
            (&indexes::SCHEMA_CONST, format!("must be `{expected_value}`, not `{found}`"))
        }
        Kind::FalseSchema => (&indexes::SCHEMA_FORBIDDEN, "is not allowed here: remove it".to_owned()),
        Kind::Not { schema } => match required_names(schema) {
            names if names.is_empty() => (&indexes::SCHEMA_FORBIDDEN, explained(error, "is not allowed here")),
            names => (&indexes::SCHEMA_ONE_OF, format!("has {} together: keep one of them", names.join(" and "))),
        },
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let names: Vec<String> = context.iter().flatten().filter_map(missing_name).collect();
            let message = match names.as_slice() {
                [] => "matches none of the allowed forms".to_owned(),
                names => format!("one of {} is required: add it", names.join(", ")),
            };
            (&indexes::SCHEMA_ONE_OF, message)
        }
        Kind::OneOfMultipleValid { .. } => (&indexes::SCHEMA_ONE_OF, "matches more than one form: keep one".to_owned()),
        other => (&indexes::SCHEMA_INVALID, format!("violates the schema's `{}`", other.keyword())),
    }
}

/// The code and the message of a violated bound: something is too long, too short, too many, too few, or twice.
fn violated_bound(error: &ValidationError<'_>) -> Option<(&'static Code, String)> {
    Some(match error.kind() {
        Kind::MaxLength { limit } => {
            (&indexes::SCHEMA_TOO_LONG, format!("is longer than {limit} characters: shorten it"))
        }
        Kind::MinLength { limit } => (&indexes::SCHEMA_TOO_SHORT, format!("needs {limit} or more characters")),
        Kind::MaxItems { limit } => {
            (&indexes::SCHEMA_TOO_MANY, format!("has more than {limit} items: split or shorten the list"))
        }
        Kind::MaxProperties { limit } => {
            (&indexes::SCHEMA_TOO_MANY, format!("has more than {limit} names: remove some"))
        }
        Kind::MinItems { limit } => (&indexes::SCHEMA_TOO_FEW, format!("needs {limit} or more items")),
        Kind::Minimum { limit } => (
            &indexes::SCHEMA_RANGE,
            format!("{} is too small: the minimum is {}", shown(error.instance()), shown(limit)),
        ),
        Kind::Maximum { limit } => (
            &indexes::SCHEMA_RANGE,
            format!("{} is too large: the maximum is {}", shown(error.instance()), shown(limit)),
        ),
        Kind::UniqueItems => (&indexes::SCHEMA_UNIQUE, "has a duplicate item: keep one".to_owned()),
        _ => return None,
    })
}

/// Both lists of names are in document order.
fn unknown_fields<'v>(
    unexpected: &[String],
    path: &Path<'v>,
    object: Option<&'v Value>,
    collected: &mut Collected<'v>,
) {
    let mut unexpected = unexpected.iter().peekable();
    for (place, name) in object.and_then(Value::as_object).into_iter().flat_map(|object| object.keys()).enumerate() {
        if unexpected.next_if_eq(&name).is_none() {
            continue;
        }
        collected.add(|| {
            let message = format!("the field `{}` is not known here: remove it or correct its name", excerpt(name));
            let path = path.with(Step::Field(place, name));
            Finding { at_key: true, ..Finding::error(&indexes::SCHEMA_UNKNOWN_FIELD, path, message) }
        });
    }
}

/// The error message with the schema's description of a valid value.
fn explained(error: &ValidationError<'_>, fault: &str) -> String {
    // A URL may contain a password, and that may be the very error.
    let value = match error.instance_path().as_str().ends_with("/url") {
        true => "this URL".to_owned(),
        false => shown(error.instance()),
    };
    match description(error) {
        Some(description) => format!("{value} {fault}. {description}"),
        None => format!("{value} {fault}"),
    }
}

/// The description next to the failed keyword, found by the keyword's location.
fn description(error: &ValidationError<'_>) -> Option<&'static str> {
    let location = as_in_the_schema(error.absolute_keyword_location()?.as_str());
    let (uri, keyword) = location.split_once('#')?;
    let schema = Schema::from_name(uri.rsplit('/').next()?)?;
    let parent = keyword.rsplit_once('/')?.0;
    document(schema)?.pointer(parent)?.get("description")?.as_str()
}

fn missing_name(error: &ValidationError<'static>) -> Option<String> {
    match error.kind() {
        Kind::Required { property } => property.as_str().map(|name| format!("`{name}`")),
        _ => None,
    }
}

fn required_names(schema: &Value) -> Vec<String> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(|name| format!("`{name}`")).collect()
}

fn wanted_types(kind: &TypeKind) -> String {
    let name = |wanted: &str| match wanted {
        "array" => "a list".to_owned(),
        "object" => "a mapping".to_owned(),
        "integer" => "an integer".to_owned(),
        "boolean" => "true or false".to_owned(),
        "null" => "null".to_owned(),
        other => format!("a {other}"),
    };
    match kind {
        TypeKind::Single(wanted) => name(wanted.as_str()),
        TypeKind::Multiple(wanted) => {
            wanted.into_iter().map(|wanted| name(wanted.as_str())).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn a_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null (nothing)",
        Value::Bool(_) => "true or false (quote it if it is a word)",
        Value::Number(_) => "a number (quote it if it is a name)",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// A value as JSON, short enough for a message.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{}`", excerpt(text)),
        Value::Array(_) | Value::Object(_) if json_bytes_within(value, 200).is_none() => a_type(value).to_owned(),
        other => format!("`{}`", json_excerpt(other)),
    }
}
