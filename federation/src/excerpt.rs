//! Text from outside, fit to be shown anywhere.

use serde_json::Value;
use std::io;

/// Up to 80 characters of document text, safe for a one-line message on a terminal. Control characters and characters
/// that reorder text are escaped; longer text is cut with `…`.
pub(crate) fn excerpt(text: &str) -> String {
    const MAX_EXCERPT_CHARS: usize = 80;
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == MAX_EXCERPT_CHARS {
            out.push('…');
            break;
        }
        if is_hostile(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a character would affect the display if shown as is.
pub fn is_hostile(c: char) -> bool {
    c.is_control() || is_bidi_control(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Whether a character changes the direction of the text around it, so that people see something other than what
/// programs read.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A value as JSON, shortened and escaped like an [`excerpt`]. Serialises no more than it shows.
pub(crate) fn json_excerpt(value: &Value) -> String {
    // More than an excerpt shows, even if nothing needs escaping.
    let mut start = Start { bytes: Vec::new(), max_bytes: 1024 };
    // Returns an error when the buffer is full.
    let _ = serde_json::to_writer(&mut start, value);
    excerpt(&String::from_utf8_lossy(&start.bytes))
}

/// A buffer for the first bytes written.
struct Start {
    bytes: Vec<u8>,
    max_bytes: usize,
}

impl io::Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.max_bytes - self.bytes.len();
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(room);
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn hostile_text_cannot_reach_a_terminal() {
        assert_eq!(excerpt("\u{1b}[31m\u{202e}x\n"), "\\u{1b}[31m\\u{202e}x\\u{a}");
        assert_eq!(excerpt(&"é".repeat(500)).chars().count(), 81);
        assert_eq!(json_excerpt(&json!(["\u{1b}", 1])), r#"["\u001b",1]"#);
        let long = json_excerpt(&json!(["é".repeat(1_000_000)]));
        assert_eq!((long.chars().count(), long.starts_with("[\"éé")), (81, true));
    }
}
