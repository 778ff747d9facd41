//! How large a result may be.

use crate::problem::{Problem, kinds};
use api::capabilities::BYTES_PER_TOKEN;
use rmcp::model::CallToolResult;
use serde::Serialize;
use serde_json::Value;

/// Tokens unless told.
const DEFAULT: u32 = 2_000;
/// A smaller budget would not hold one entry.
const LEAST: u32 = 750;
/// A larger budget is taken as this.
const MOST: u32 = 20_000;

/// What a result has besides its content: `{"resultType":"complete","content":[{"type":"text","text":""}],"structuredContent":,"isError":false}`.
const ENVELOPE: usize = 100;

/// The most bytes that the `result` of a call may have, all of it.
#[derive(Clone, Copy, Debug)]
pub struct Budget(usize);

impl Budget {
    /// A budget of this many tokens; the default if none is given.
    pub fn of(tokens: Option<u32>) -> Result<Self, Problem> {
        let tokens = tokens.unwrap_or(DEFAULT);
        if tokens < LEAST {
            return Err(Problem::new(
                &kinds::BUDGET_TOO_SMALL,
                format!("`budget_tokens` is at least {LEAST}, {MOST} at the most, {DEFAULT} unless given."),
            ));
        }
        Ok(Self(tokens.min(MOST) as usize * BYTES_PER_TOKEN))
    }

    /// Bytes left for the content, as [`weight`] counts them.
    pub fn room(self) -> usize {
        self.0 - ENVELOPE
    }

    /// Whether the result with this content keeps within the budget.
    pub fn holds(self, content: &impl Serialize) -> bool {
        weight_of(content) <= self.room()
    }

    /// Bytes of JSON to ask for, of who counts it once: what fits as a rule, where a byte in four is escaped, then what always fits.
    pub fn attempts(self) -> [usize; 2] {
        [self.room() * 4 / 9, self.room() / 3]
    }

    /// Content was larger than what was asked for.
    pub fn exceeded(self) -> Problem {
        let words = format!("a page within {} bytes does not fit into {}", self.room() / 3, self.0);
        Problem::new(&kinds::INTERNAL, "The result does not keep within its budget; try a larger one.").internal(words)
    }
}

/// What a piece of compact JSON takes in a result: it stands there once as `structuredContent` and once more, escaped, as text for clients that
/// know no structured content.
pub fn weight(json: &str) -> usize {
    let escaped = json.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    json.len() * 2 + escaped
}

/// The same of a value.
pub fn weight_of(value: &impl Serialize) -> usize {
    // What has no JSON form fits nowhere; nothing here has none.
    serde_json::to_string(value).map_or(usize::MAX, |json| weight(&json))
}

/// How many of `items`, from the first on, fit into `room`, commas included.
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

/// A result with its content twice, as clients expect it.
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
            assert_eq!(written.len(), weight_of(&content) + ENVELOPE, "{written}");
        }
    }
}
