//! Escapes text from outside for terminals.

use federation::excerpt::is_hostile;
use std::borrow::Cow;

/// `text` with control characters, and characters that reorder text or break lines, as Rust escapes. Text from a hub or an index can then
/// neither move the cursor nor disguise itself.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_hostile(character) { safe.extend(character.escape_default()) } else { safe.push(character) }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn only_hostile_characters_change() {
        assert_eq!(escape("Größe 日本 \\ \"x\""), "Größe 日本 \\ \"x\"");
        assert_eq!(escape("a\u{1b}[31mb\r\n"), "a\\u{1b}[31mb\\r\\n");
        assert_eq!(escape("\u{feff}x"), "\\u{feff}x");
        assert_eq!(escape("\u{9b}2J \u{202e}lmay"), "\\u{9b}2J \\u{202e}lmay");
    }
}
