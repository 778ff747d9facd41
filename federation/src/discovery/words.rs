//! Texts of entries, within the limits of other standards.

use serde_json::{Map, Value};

/// A field that is a text and not blank.
pub(super) fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// Whether a text is not empty and consists of letters, digits and these other characters, all ASCII.
pub(super) fn is_made_of(text: &str, others: &[u8]) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || others.contains(&b))
}

/// The texts of a field that is a list, at most `count`, without those of more than `chars` characters.
pub(super) fn texts(fields: &Map<String, Value>, name: &str, count: usize, chars: usize) -> Vec<String> {
    let list = fields.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let texts = list.iter().filter_map(Value::as_str).filter(|text| (1..=chars).contains(&text.chars().count()));
    texts.take(count).map(str::to_owned).collect()
}

/// The beginning of a text that has at most `max_chars` characters, up to the end of a word, with `…` if it was cut.
pub(super) fn cut(text: &str, max_chars: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    let words = beginning.rsplit_once(char::is_whitespace).map_or(beginning.as_str(), |(words, _)| words);
    format!("{}…", words.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_a_word() {
        assert_eq!(cut(" Publishes a change. ", 100), "Publishes a change.");
        assert_eq!(cut("Publishes a change", 13), "Publishes a…");
        assert_eq!(cut("Größenänderungen", 6), "Größe…");
        for max_chars in 1..20 {
            assert!(
                (1..=max_chars).contains(&cut("ä b  c\tdef 日本語 ghijkl mnop", max_chars).chars().count()),
                "{max_chars}"
            );
        }
    }
}
