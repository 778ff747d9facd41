//! Finds characters in strings and keys that affect how text is displayed.
//!
//! Escapes such as `"\e"` let a file contain control characters that YAML does not allow literally. They
//! move cursors and recolour terminals, so they are refused. Characters that reorder text have legitimate
//! uses, so they only cause a warning.

use crate::diagnostic::Severity;
use crate::excerpt::is_bidi_control;
use crate::findings::{Finding, Findings};
use crate::path::{Path, Step};
use crate::problem::indexes;
use serde_json::Value;

/// Adds the findings in a value that is at `path`.
pub(super) fn check<'v>(value: &'v Value, mut path: Path<'v>, found: &mut Findings<'v>) {
    visit(value, &mut path, found);
}

/// The depth limit of a document bounds the recursion.
fn visit<'v>(value: &'v Value, path: &mut Path<'v>, found: &mut Findings<'v>) {
    match value {
        Value::String(text) => judge(text, path, false, found),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                path.push(Step::Item(place));
                visit(item, path, found);
                path.pop();
            }
        }
        Value::Object(map) => {
            for (place, (key, item)) in map.iter().enumerate() {
                path.push(Step::Field(place, key));
                judge(key, path, true, found);
                visit(item, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn judge<'v>(text: &str, path: &Path<'v>, at_key: bool, found: &mut Findings<'v>) {
    let what = if at_key { "the key" } else { "the text" };
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n')) {
        found.add_with(Severity::Error, || {
            let message = format!("{what} has the control character U+{:04X}: remove it", c as u32);
            Finding { at_key, ..Finding::error(&indexes::CONTROL_CHARACTER, path.clone(), message) }
        });
    }
    if let Some(c) = text.chars().find(|c| is_bidi_control(*c)) {
        found.add_with(Severity::Warning, || {
            let what = format!(
                "{what} has U+{:04X}, which reorders what people see: remove it unless it is intended",
                c as u32
            );
            Finding {
                severity: Severity::Warning,
                at_key,
                ..Finding::error(&indexes::BIDI_CONTROL, path.clone(), what)
            }
        });
    }
}
