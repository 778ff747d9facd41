//! Characters in strings and keys that would do something to whoever reads them.
//!
//! Escapes such as `"\e"` let a file carry control characters that YAML does not allow as themselves: they move cursors and
//! recolour terminals, and are refused. Characters that reorder text have honest uses; they are kept and pointed out.

use serde_json::Value;

use crate::diagnostic::{Diagnostic, is_bidi_control};
use crate::findings::Findings;

pub(super) fn check(root: &Value, found: &mut Findings) {
    visit(root, &mut String::new(), found);
}

/// Recursion is bounded by the depth that a document may have.
fn visit(value: &Value, pointer: &mut String, found: &mut Findings) {
    let here = pointer.len();
    match value {
        Value::String(text) => judge(text, pointer, false, found),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push('/');
                pointer.push_str(&index.to_string());
                visit(item, pointer, found);
                pointer.truncate(here);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                judge(key, pointer, true, found);
                visit(item, pointer, found);
                pointer.truncate(here);
            }
        }
        _ => {}
    }
}

fn judge(text: &str, pointer: &str, at_key: bool, found: &mut Findings) {
    let what = if at_key { "the key" } else { "the text" };
    let mut add = |diagnostic| if at_key { found.add_at_key(diagnostic) } else { found.add(diagnostic) };
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n')) {
        let message = format!("{what} has the control character U+{:04X}: remove it", c as u32);
        add(Diagnostic::error("control-character", pointer, message));
    }
    if let Some(c) = text.chars().find(|c| is_bidi_control(*c)) {
        let message =
            format!("{what} has U+{:04X}, which reorders what people see: remove it if it is not meant", c as u32);
        add(Diagnostic::warning("bidi-control", pointer, message));
    }
}
