//! The entries of a fragment.

use serde_json::Value;

/// Parses the entries of a [`crate::compose::Fragment`] in JSON, in order: each as a value and as its JSON.
///
/// # Errors
/// If it is not such a fragment.
pub fn entries(fragment: &str) -> Result<Vec<(Value, &str)>, serde_json::Error> {
    if fragment.is_empty() {
        return Ok(Vec::new());
    }
    // Compact JSON contains no line feeds except those between the entries.
    fragment.split(",\n").map(|json| Ok((serde_json::from_str(json)?, json))).collect()
}
