//! Conditional reads, which are answered with 304 if the client already has the representation.

use serde_json::{Map, Value, json};
use utoipa::IntoParams;

/// The request headers of a conditional read.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes; `edge::Representation` looks at the header")]
pub struct Conditional {
    /// Entity tags that the client has.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// Adds the 304 response to an operation with conditional reads. It has the headers of the 200 except those that only describe the bytes.
pub fn attach(operation: &mut Map<String, Value>) {
    let takes_tags = operation
        .get("parameters")
        .and_then(Value::as_array)
        .is_some_and(|parameters| parameters.iter().any(|parameter| parameter["name"] == "If-None-Match"));
    let Some(responses) = operation.get_mut("responses").filter(|_| takes_tags) else { return };
    let mut headers = responses["200"]["headers"].clone();
    if let Some(headers) = headers.as_object_mut() {
        headers.retain(|name, _| name != "Content-Encoding");
    }
    responses["304"] = json!({"description": "The client already has this version.", "headers": headers});
}
