//! Compares a response with an example: status, the listed headers, and body.

use super::block::Block;
use end_to_end::Answer;
use serde_json::Value;

const ANY: &str = "…";

pub fn answer(block: &Block, answer: &Answer) -> Result<(), String> {
    if answer.status != block.status {
        return Err(format!("{} instead of {}", answer.status, block.status));
    }
    for (name, expected) in &block.answer_headers {
        let found = answer.header(name);
        let expected = expected.replace("DIGEST", ANY);
        if !text(&expected, found) {
            return Err(format!("{name}: `{found}` instead of `{expected}`"));
        }
    }
    if block.answer.starts_with(['{', '[']) {
        let expected = serde_json::from_str(&block.answer).map_err(|e| format!("the example is no JSON: {e}"))?;
        return json("", &expected, &answer.json());
    }
    lines(&block.answer, &answer.text)
}

/// Compares the lines of a body up to `…`.
fn lines(expected: &str, found: &str) -> Result<(), String> {
    let mut found = found.lines();
    for line in expected.lines().take_while(|line| *line != ANY) {
        let next = found.next().unwrap_or_default();
        if !text(line, next) {
            return Err(format!("`{next}` instead of `{line}`"));
        }
    }
    Ok(())
}

/// Compares texts; `…` matches anything.
fn text(expected: &str, found: &str) -> bool {
    let mut rest = found;
    let mut parts = expected.split(ANY);
    let begins = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(begins) else { return false };
    rest = after;
    let parts: Vec<&str> = parts.collect();
    for part in &parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty() || parts.last().is_some_and(|last| last.is_empty() || found.ends_with(last))
}

/// Compares JSON: fields, numbers and texts must be equal; for values that differ in each run (times, digests, addresses), the type.
fn json(pointer: &str, expected: &Value, found: &Value) -> Result<(), String> {
    let differs = || Err(format!("`{pointer}` is {found} instead of {expected}"));
    match (expected, found) {
        (Value::String(expected), _) if expected == ANY => Ok(()),
        (Value::String(expected), Value::String(found)) => {
            let made_anew = expected.contains(|c: char| c.is_ascii_digit()) || expected.contains("://");
            if made_anew || text(expected, found) { Ok(()) } else { differs() }
        }
        (Value::Object(expected), Value::Object(found)) => {
            let others = expected.contains_key(ANY);
            if let Some(unknown) = found.keys().find(|name| !others && !expected.contains_key(*name)) {
                return Err(format!("`{pointer}` has `{unknown}`, which the example lacks"));
            }
            for (name, expected) in expected.iter().filter(|(name, _)| *name != ANY) {
                let Some(found) = found.get(name) else { return Err(format!("`{pointer}` lacks `{name}`")) };
                json(&format!("{pointer}/{name}"), expected, found)?;
            }
            Ok(())
        }
        (Value::Array(expected), Value::Array(found)) => {
            let others = expected.last().is_some_and(|last| last == ANY);
            let named = expected.len() - usize::from(others);
            if found.len() < named || (!others && found.len() > named) {
                return differs();
            }
            expected[..named]
                .iter()
                .zip(found)
                .enumerate()
                .try_for_each(|(i, (e, f))| json(&format!("{pointer}/{i}"), e, f))
        }
        _ if expected == found => Ok(()),
        _ => differs(),
    }
}
