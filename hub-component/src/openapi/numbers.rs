//! Whole numbers in the OpenAPI document: what derives it gives unsigned numbers the format of signed ones, which have other bounds,
//! and holds bounds in as many bits as a pointer has, of which the component has 32.

use serde_json::{Map, Value};

/// Says the bounds of every number, where the handler does not.
pub fn bound(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            unsigned(fields);
            signed(fields);
            fields.values_mut().for_each(bound);
        }
        Value::Array(items) => items.iter_mut().for_each(bound),
        _ => {}
    }
}

fn unsigned(schema: &mut Map<String, Value>) {
    let most = match schema.get("format").and_then(Value::as_str) {
        Some("int64") => u64::MAX,
        Some("int32") => u64::from(u32::MAX),
        _ => return,
    };
    if schema.get("minimum").and_then(Value::as_u64) == Some(0) {
        schema.shift_remove("format");
        schema.entry("maximum").or_insert(most.into());
    }
}

fn signed(schema: &mut Map<String, Value>) {
    if schema.get("format").and_then(Value::as_str) == Some("int64") && !schema.contains_key("minimum") {
        schema.insert("minimum".to_owned(), i64::MIN.into());
        schema.entry("maximum").or_insert(i64::MAX.into());
    }
}
