//! Problems in the OpenAPI document. A handler names its own codes under `x-problems`. This module adds the codes that follow from its
//! parameters, its body or its token, and those that every request may cause.

use crate::edge::may_be_page;
use crate::problem::{Kind, kinds};
use federation::problem::{self, Place};
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const OWN: &str = "x-problems";

/// The problems that any request may cause.
static ALWAYS: [&Kind; 10] = [
    &kinds::BAD_REQUEST,
    &kinds::REQUEST_TIMEOUT,
    &kinds::PAYLOAD_TOO_LARGE,
    &kinds::METHOD_NOT_ALLOWED,
    &kinds::INTERNAL,
    &kinds::INSTANCE_FAILED,
    &kinds::STORE_UNAVAILABLE,
    &kinds::STORE_DAMAGED,
    &kinds::OVERLOADED,
    &kinds::TIMEOUT,
];

/// Adds the problem responses of an operation.
pub fn attach(path: &str, operation: &mut Map<String, Value>) {
    let suffix = if may_be_page(path) { PAGE } else { "" };
    let mut codes: Vec<&str> = ALWAYS.iter().map(|kind| kind.code).collect();
    if operation.contains_key("security") {
        codes.extend([kinds::UNAUTHORIZED.code, kinds::TOKEN_EXPIRED.code, kinds::TOKEN_REVOKED.code]);
        codes.extend([
            kinds::FORBIDDEN.code,
            kinds::WRITES_DISABLED.code,
            kinds::TOO_MANY_FAILURES.code,
            kinds::STORE_FULL.code,
        ]);
    }
    if operation.contains_key("requestBody") {
        codes.extend([kinds::MALFORMED_JSON.code, kinds::PAYLOAD_TOO_LARGE.code, kinds::UNSUPPORTED_MEDIA_TYPE.code]);
    }
    let parameters = operation.get("parameters").and_then(Value::as_array);
    if parameters.is_some_and(|parameters| parameters.iter().any(|parameter| parameter["in"] == "query")) {
        codes.push(kinds::INVALID_QUERY.code);
    }
    let own = operation.get(OWN).cloned().unwrap_or_default();
    codes.extend(own.as_array().into_iter().flatten().filter_map(Value::as_str));

    let known: Vec<&Kind> = answers().filter(|kind| codes.contains(&kind.code)).collect();
    // Unknown codes are left in place, so that a test finds them.
    if own.as_array().into_iter().flatten().all(|code| known.iter().any(|kind| kind.code == code)) {
        operation.remove(OWN);
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    for (status, kinds) in by_status(known.into_iter()) {
        let described: Vec<String> = kinds.iter().map(|kind| format!("`{}`: {}", kind.code, kind.title)).collect();
        let reference = json!({
            "$ref": format!("#/components/responses/{}{suffix}", name(status)),
            "description": described.join("; "),
        });
        if let Some(responses) = responses.as_object_mut() {
            responses.entry(status.to_string()).or_insert(reference);
        }
    }
}

/// Suffix of the names of responses that browsers get as a page.
const PAGE: &str = "OrPage";

/// Adds one response per status, with all codes that it can have, and the same for paths that browsers navigate to.
pub fn add(components: &mut Value) {
    for (status, kinds) in by_status(answers()) {
        let described: Vec<String> = kinds.iter().map(|kind| format!("- `{}`: {}", kind.code, kind.title)).collect();
        let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}});
        let of_status = match status {
            401 => Some("WWW-Authenticate"),
            405 => Some("Allow"),
            429 | 503 => Some("Retry-After"),
            _ => None,
        };
        if let Some(header) = of_status {
            headers[header] = json!({"$ref": format!("#/components/headers/{header}")});
        }
        let problem = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
        let mut response = json!({
            "description": described.join("\n"),
            "headers": headers,
            "content": {"application/problem+json": problem},
        });
        components["responses"][name(status)] = response.clone();
        response["content"]["text/html"] = json!({"schema": {"type": "string"}});
        components["responses"][format!("{}{PAGE}", name(status))] = response;
    }
}

/// Removes the responses that no operation uses.
pub fn retain_used(document: &mut Value) {
    let paths = document["paths"].to_string();
    if let Some(responses) = document["components"]["responses"].as_object_mut() {
        responses.retain(|name, _| paths.contains(&format!("#/components/responses/{name}\"")));
    }
}

fn answers() -> impl Iterator<Item = &'static Kind> {
    problem::all().filter(|kind| matches!(kind.place, Place::Answer | Place::Host))
}

fn by_status<'a>(kinds: impl Iterator<Item = &'a Kind>) -> BTreeMap<u16, Vec<&'a Kind>> {
    let mut by_status: BTreeMap<u16, Vec<&Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status.unwrap_or_default()).or_default().push(kind);
    }
    by_status
}

/// The name of a status, such as `NotFound`.
fn name(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Problem");
    reason.chars().filter(|c| c.is_ascii_alphanumeric()).collect()
}
