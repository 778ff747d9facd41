//! Fields and parameters that may be absent: what derives the OpenAPI document takes each of them for one that may be null, too. Here,
//! null is sent where a field is required, and nowhere else.

use serde_json::{Map, Value};

/// Takes null out of what may be absent.
pub fn without_null(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            properties(fields);
            if fields.contains_key("in") && fields.get("required").and_then(Value::as_bool) != Some(true) {
                fields.get_mut("schema").into_iter().for_each(strip);
            }
            fields.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

fn properties(schema: &mut Map<String, Value>) {
    let required: Vec<Value> = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        if !required.iter().any(|required| required == name) {
            strip(property);
        }
    }
}

/// `["string", "null"]` becomes `"string"`, and one of a schema and null becomes the schema.
fn strip(schema: &mut Value) {
    if let Some(kind) = schema.get_mut("type") {
        let types: Vec<&Value> = kind.as_array().into_iter().flatten().filter(|kind| *kind != "null").collect();
        if let [only] = types.as_slice() {
            *kind = (*only).clone();
        }
    }
    let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) else { return };
    let count = choices.len();
    choices.retain(|choice| choice["type"] != "null");
    if let ([only], true) = (choices.as_slice(), choices.len() < count) {
        *schema = only.clone();
    }
}
