//! Integers in the OpenAPI document. utoipa gives unsigned integers the format of signed ones, which have other bounds, and stores bounds
//! in a pointer-sized integer, which has 32 bits in the component.

use serde_json::{Map, Value};

/// Adds the bounds of every number for which the handler does not define them.
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
