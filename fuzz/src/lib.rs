//! Properties that several targets check.

use federation::diagnostic::Diagnostic;
use federation::index::Index;
use federation::limits::{MAX_DIAGNOSTICS, MAX_DIAGNOSTICS_BYTES};
use serde_json::{Value, json};

/// Whether a text has the form of a stable code, which programs compare.
pub fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a text can be shown on one line of a terminal as it is.
pub fn is_harmless(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// Checks that findings are few, coded, in order, harmless to show, and at positions within the document.
pub fn holds(document: &[u8], diagnostics: &[Diagnostic]) {
    assert!(diagnostics.len() <= MAX_DIAGNOSTICS + 1);
    let size = serde_json::to_string(diagnostics).map_or(0, |json| json.len());
    assert!(size <= MAX_DIAGNOSTICS_BYTES, "{size} bytes");
    let text = String::from_utf8_lossy(document);
    let lines = 1 + text.matches(['\n', '\r']).count() as u64;
    let placed: Vec<_> = diagnostics.iter().filter_map(|found| found.line.map(|line| (line, found.column))).collect();
    assert!(placed.is_sorted(), "{placed:?}");
    for found in diagnostics {
        assert!(is_code(&found.code), "{found:?}");
        assert!(!found.message.is_empty() && is_harmless(&found.to_string()), "{found:?}");
        assert!(found.pointer.is_empty() || found.pointer.starts_with('/'), "{found:?}");
        assert!(found.pointer.chars().count() <= 500 && found.message.chars().count() <= 1000, "{found:?}");
        assert_eq!(found.line.is_some(), found.column.is_some(), "{found:?}");
        assert!(found.line.is_none_or(|line| (1..=lines).contains(&line)), "{found:?} of {lines} lines");
        assert!(found.column.is_none_or(|column| column >= 1), "{found:?}");
        assert_eq!(found.line.is_some(), found.snippet.is_some(), "{found:?}");
        if let Some(snippet) = &found.snippet {
            let (before, at, after) = snippet.around();
            assert_eq!(format!("{before}{at}{after}"), snippet.text.as_str());
            assert!(snippet.column <= snippet.text.chars().count() as u64 + 1, "{found:?}");
            assert!(is_harmless(&snippet.text), "{found:?}");
        }
    }
}

/// An index as its authors would write it.
pub fn as_value(index: &Index) -> Value {
    let capabilities: Vec<&_> = index.capabilities.iter().map(|capability| capability.fields()).collect();
    json!({"version": index.version, "capabilities": capabilities})
}
