//! Query parameters as a client writes them.

use serde::Serialize;
use serde_json::Value;

/// The parameters of a query by name, without those that are not set. A list becomes a repeated parameter.
pub fn pairs(query: &impl Serialize) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let query = serde_json::to_value(query).unwrap_or_default();
    for (name, value) in query.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::String(text) => pairs.push((name.clone(), text.clone())),
            Value::Array(texts) => {
                pairs.extend(texts.iter().filter_map(Value::as_str).map(|text| (name.clone(), text.to_owned())));
            }
            other => pairs.push((name.clone(), other.to_string())),
        }
    }
    pairs
}
