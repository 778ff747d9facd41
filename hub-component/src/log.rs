//! The operator's log: one JSON object per line on standard error, which every host collects.

use federation::time::rfc3339;
use serde_json::{Map, Value};
use std::io::Write as _;
use std::time::SystemTime;

/// Longest text in a log line, in characters. Longer text is cut, because it may come from anyone.
const MAX_CHARS: usize = 500;

/// Writes `{"time": …, "event": event, …fields}`. Errors in writing the log are ignored.
pub fn line(event: &str, fields: &Value) {
    let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_secs().try_into().unwrap_or(i64::MAX));
    let _ = writeln!(std::io::stderr(), "{}", written(&rfc3339(now), event, fields));
}

fn written(time: &str, event: &str, fields: &Value) -> Value {
    let mut line = Map::new();
    line.insert("time".to_owned(), time.into());
    line.insert("event".to_owned(), event.into());
    for (name, value) in fields.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        let value = match value {
            Value::String(text) => text.chars().take(MAX_CHARS).collect::<String>().into(),
            other => other.clone(),
        };
        line.insert(name.clone(), value);
    }
    line.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_is_one_line_of_json_and_bounded() {
        let text = written("t", "refused", &json!({"detail": "\u{e9}\n".repeat(1000), "repo": null, "status": 401}))
            .to_string();
        assert!(!text.contains('\n') && text.len() < 2000, "{text}");
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&read["event"], &read["status"], read.get("repo")), (&json!("refused"), &json!(401), None));
    }
}
