//! `GET /v1/capabilities`: every test on a host with FTS5 and on one without, since both must answer alike.

mod words;

use crate::ports::Hub;
use serde_json::Value;

/// A hub with a full-text index and one without.
pub fn both() -> [Hub; 2] {
    [Hub::over("", true), Hub::over("", false)]
}

/// A value for a query.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// `repo id` of each result.
pub fn places(page: &Value) -> Vec<String> {
    let results = page["capabilities"].as_array().unwrap_or_else(|| panic!("no page: {page}"));
    results.iter().map(|it| format!("{} {}", it["source_repo"].as_str().unwrap(), it["id"].as_str().unwrap())).collect()
}
