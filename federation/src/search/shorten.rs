//! Shortens an entry to a number of bytes.

use serde::Serialize;
use serde_json::{Map, Value};

/// Bytes of a value as compact JSON.
pub(super) fn size(value: &impl Serialize) -> usize {
    // Serialising maps of strings and numbers cannot fail.
    serde_json::to_vec(value).map_or(0, |json| json.len())
}

/// The mark at the end of a shortened text.
pub(super) const CUT: char = '…';

/// Shortens an entry to `room` bytes: its first two fields, and as much of the others as fits. The error is the
/// number of bytes that the two need.
pub(super) fn shorten(entry: Map<String, Value>, room: usize) -> Result<Map<String, Value>, usize> {
    let mut fields = entry.into_iter();
    let mut kept: Map<String, Value> = fields.by_ref().take(2).collect();
    let mut left = room.checked_sub(size(&kept)).ok_or_else(|| size(&kept))?;
    for (name, value) in fields {
        // The name is surrounded by a comma and a colon.
        let Some(space) = left.checked_sub(size(&name) + 2) else { continue };
        let value = match value {
            value if size(&value) <= space => value,
            Value::String(text) => match cut(&text, space) {
                Some(text) => Value::String(text),
                None => continue,
            },
            _ => continue,
        };
        left = space - size(&value);
        kept.insert(name, value);
    }
    Ok(kept)
}

/// The beginning of a text that takes at most `space` bytes as JSON, including quotes and
/// mark; `None` if that is empty.
fn cut(text: &str, space: usize) -> Option<String> {
    let mut left = space.checked_sub(2 + CUT.len_utf8())?;
    let end = text.char_indices().find_map(|(at, c)| match left.checked_sub(escaped(c)) {
        Some(rest) => {
            left = rest;
            None
        }
        None => Some(at),
    })?;
    let beginning = text.get(..end)?.trim_end();
    (!beginning.is_empty()).then(|| format!("{beginning}{CUT}"))
}

/// Bytes of a character in a JSON string.
fn escaped(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        c if c < ' ' => 6,
        c => c.len_utf8(),
    }
}
