//! Optional fields and parameters. utoipa also declares each of them nullable, but the API uses null only for required fields.

use serde_json::{Map, Value};

/// Removes null from the types of optional fields and parameters.
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

/// Whether a handler accepts requests without this body. It then accepts null as well, which utoipa writes as a choice.
pub fn may_be_absent(body: &Value) -> bool {
    let contents = body["content"].as_object().into_iter().flatten();
    let mut choices = contents.flat_map(|(_, content)| content["schema"]["oneOf"].as_array().into_iter().flatten());
    choices.any(|choice| choice["type"] == "null")
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

/// Turns `["string", "null"]` into `"string"`, and `oneOf` of a schema and null into the schema.
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
