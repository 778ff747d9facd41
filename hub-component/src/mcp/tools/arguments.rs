//! The arguments of a call, as clients and models write them.
//!
//! Different spellings of one value are read alike, by the schema of the tool: a number as text, one value instead of a list. So each
//! tool gets its arguments in one form (decision 0092).

use super::schema;
use crate::edge::has_nul;
use crate::problem::{Problem, kinds, quoted};
use api::mcp::is_unset;
use rmcp::model::JsonObject;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

/// Reads the arguments of a tool. Those that the tool does not have are ignored: several clients add their own.
///
/// # Errors
/// `invalid-query`, which names the argument.
pub fn read<T: DeserializeOwned + ToSchema>(mut arguments: JsonObject) -> Result<T, Problem> {
    let schema = schema::of::<T>();
    let mut settled = JsonObject::new();
    for (name, expected) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(value) = arguments.remove(name).filter(|value| !is_unset(value)) {
            let value = settle(expected, value).map_err(|Wrong { value, expected }| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                invalid(format!("`{name}` must be {expected}, not `{}`.", quoted(&value)))
            })?;
            if value.as_ref().is_some_and(has_nul) {
                return Err(invalid(format!("`{name}` must not contain NUL.")));
            }
            settled.extend(value.map(|value| (name.clone(), value)));
        }
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !settled.contains_key(name) {
            return Err(invalid(format!("`{name}` is missing; call again with it.")));
        }
    }
    serde_json::from_value(Value::Object(settled)).map_err(|error| invalid(format!("{error}.")))
}

fn invalid(detail: String) -> Problem {
    Problem::new(&kinds::INVALID_QUERY, detail)
}

/// A value that cannot be read as expected.
struct Wrong {
    value: Value,
    expected: String,
}

/// A value in the form of its schema; `None` if it stands for no value.
fn settle(schema: &Value, value: Value) -> Result<Option<Value>, Wrong> {
    let kind = schema["type"].as_str();
    let value = match value {
        Value::Array(mut items) if items.len() == 1 && kind != Some("array") => items.remove(0),
        value => value,
    };
    let (read, expected) = match kind {
        Some("integer") => (whole(&value).map(Value::from), "a whole number"),
        Some("boolean") => (truth(&value).map(Value::from), "true or false"),
        Some("string") => match schema["enum"].as_array() {
            Some(choices) => return choose(choices, value),
            None => (text(&value).map(Value::from), "one text"),
        },
        Some("array") => return list(&schema["items"], value),
        _ => return Ok(Some(value)),
    };
    match read {
        Some(read) => Ok(Some(read)),
        None if is_called_null(&value) => Ok(None),
        None => Err(Wrong { value, expected: expected.to_owned() }),
    }
}

/// A whole number, however it is written. One that is too small or too large becomes the nearest `u32`; the tool checks its own bounds.
fn whole(value: &Value) -> Option<u32> {
    let number: f64 = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // The conversion saturates.
    (number.fract() == 0.0).then_some(number as u32)
}

fn truth(value: &Value) -> Option<bool> {
    match text(value)?.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn choose(choices: &[Value], value: Value) -> Result<Option<Value>, Wrong> {
    let wanted = value.as_str().unwrap_or_default().trim();
    let is_wanted = |choice: &&Value| choice.as_str().is_some_and(|choice| choice.eq_ignore_ascii_case(wanted));
    match choices.iter().find(is_wanted) {
        Some(choice) => Ok(Some(choice.clone())),
        None if is_called_null(&value) => Ok(None),
        None => {
            let names: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
            Err(Wrong { value, expected: format!("one of {}", names.join(", ")) })
        }
    }
}

/// A list from a list, from a list that was written as text, or from one item; `None` if it is empty.
fn list(schema: &Value, value: Value) -> Result<Option<Value>, Wrong> {
    let value = match value {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Array(items)) => Value::Array(items),
            _ => Value::String(text),
        },
        value => value,
    };
    let items = match value {
        Value::Array(items) => items,
        one => vec![one],
    };
    let mut list = Vec::new();
    for item in items.into_iter().filter(|item| !is_unset(item)) {
        list.extend(settle(schema, item)?);
    }
    Ok((!list.is_empty()).then_some(Value::Array(list)))
}

/// Whether a model wrote null as a word, as in JSON or Python. Used only where such a text cannot be a value.
fn is_called_null(value: &Value) -> bool {
    value.as_str().is_some_and(|text| ["null", "none"].iter().any(|null| text.trim().eq_ignore_ascii_case(null)))
}
