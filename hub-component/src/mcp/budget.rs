//! The size budget of a result.

use crate::problem::{Problem, kinds};
use api::capabilities::BYTES_PER_TOKEN;
use rmcp::model::CallToolResult;
use serde::Serialize;
use serde_json::Value;

/// Default budget, in tokens.
const DEFAULT_TOKENS: u32 = 2_000;
/// Minimum budget, in tokens; a smaller one would not hold one entry.
const MIN_TOKENS: u32 = 750;
/// Maximum budget, in tokens; a larger one is reduced to this.
const MAX_TOKENS: u32 = 20_000;

/// Bytes of a result around its content: `{"resultType":"complete","content":[{"type":"text","text":""}],"structuredContent":,"isError":false}`.
const ENVELOPE_BYTES: usize = 100;

/// The maximum size of the whole `result` of a call, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Budget(usize);

impl Budget {
    /// A budget of this many tokens; the default if `None`.
    pub fn of(tokens: Option<u32>) -> Result<Self, Problem> {
        let tokens = tokens.unwrap_or(DEFAULT_TOKENS);
        if tokens < MIN_TOKENS {
            return Err(Problem::new(
                &kinds::BUDGET_TOO_SMALL,
                format!(
                    "`budget_tokens` must be at least {MIN_TOKENS}; it defaults to {DEFAULT_TOKENS} and is limited to {MAX_TOKENS}."
                ),
            ));
        }
        Ok(Self(tokens.min(MAX_TOKENS) as usize * BYTES_PER_TOKEN))
    }

    /// Bytes available for the content, as [`weight`] counts them.
    pub fn room(self) -> usize {
        self.0 - ENVELOPE_BYTES
    }

    /// Whether a result with this content fits the budget.
    pub fn holds(self, content: &impl Serialize) -> bool {
        weight_of(content) <= self.room()
    }

    /// Sizes of JSON to request in turn, in bytes counted once. The first fits as a rule, with one byte in four escaped; the second always fits.
    pub fn attempts(self) -> [usize; 2] {
        [self.room() * 4 / 9, self.room() / 3]
    }

    /// The problem of content that is larger than requested.
    pub fn exceeded(self) -> Problem {
        let words = format!("a page within {} bytes does not fit into {}", self.room() / 3, self.0);
        Problem::new(&kinds::INTERNAL, "The result exceeds its budget; try a larger budget.").internal(words)
    }
}

/// The bytes that a piece of compact JSON needs in a result. It appears once as `structuredContent` and once more, escaped, as text for
/// clients that do not support structured content.
pub fn weight(json: &str) -> usize {
    let escaped = json.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    json.len() * 2 + escaped
}

/// As [`weight`], for a value.
pub fn weight_of(value: &impl Serialize) -> usize {
    // A value that cannot be serialised fits nowhere; no value here is one.
    serde_json::to_string(value).map_or(usize::MAX, |json| weight(&json))
}

/// How many of the first `items` fit into `room`, including commas.
pub fn fitting(items: &[impl Serialize], mut room: usize) -> usize {
    let comma = weight(",");
    items
        .iter()
        .take_while(|item| {
            let left = room.checked_sub(weight_of(item).saturating_add(comma));
            room = left.unwrap_or(0);
            left.is_some()
        })
        .count()
}

/// A result with its content in both forms, as clients expect it.
pub fn result(content: &impl Serialize) -> CallToolResult {
    CallToolResult::structured(serde_json::to_value(content).unwrap_or(Value::Null))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_weight_is_what_a_result_takes() {
        for content in [json!({}), json!({"a": "\"\\ é \u{1}", "b": ["\\\"", 1, null]}), json!({"n": "\u{1F600}\n\t"})]
        {
            let written = serde_json::to_string(&result(&content)).unwrap();
            assert_eq!(written.len(), weight_of(&content) + ENVELOPE_BYTES, "{written}");
        }
    }
}
