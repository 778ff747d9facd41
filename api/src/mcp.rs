//! Messages of the Model Context Protocol, which clients write in more ways than one.

use serde_json::{Map, Value};

/// Rewrites a JSON-RPC message to the form that the specification gives it. What one client leaves out, another sends as null, as an empty
/// string or as an empty list, since some languages have only one literal for an empty list and an empty object. Some send a tool's
/// arguments as a string of JSON, as a model wrote them.
pub fn normalise(message: &mut Value) {
    let Value::Object(message) = message else { return };
    if !message.contains_key("method") {
        return;
    }
    if message.get("params").is_some_and(is_none) {
        message.remove("params");
    }
    let Some(Value::Object(params)) = message.get_mut("params") else { return };
    if let Some(Value::String(text)) = params.get("arguments")
        && let Ok(written @ Value::Object(_)) = serde_json::from_str(text)
    {
        params.insert("arguments".to_owned(), written);
    }
    for name in ["arguments", "cursor", "_meta"] {
        drop_if_unset(params, name);
    }
}

/// Whether a value is what clients send for an argument that is not set.
pub fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_unset),
        _ => false,
    }
}

fn is_none(params: &Value) -> bool {
    params.is_null() || params.as_array().is_some_and(Vec::is_empty)
}

fn drop_if_unset(object: &mut Map<String, Value>, name: &str) {
    if object.get(name).is_some_and(is_unset) {
        object.remove(name);
    }
}
