//! Entity tags, and lists of them as in `If-None-Match` (RFC 9110 §13.1.2).

use crate::digest::Digest;

/// Whether the list is `*` or contains `tag` (including quotes), by weak comparison.
pub fn has_entity_tag<'a>(lines: impl IntoIterator<Item = &'a str>, tag: &str) -> bool {
    let opaque = tag.trim_matches('"');
    lines.into_iter().any(|line| line.trim() == "*" || tags(line).any(|it| it == opaque))
}

/// Tags have no escapes: the text between an odd quote and the next one is a tag, including commas.
fn tags(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let (_, opened) = rest.split_once('"')?;
        let (tag, after) = opened.split_once('"')?;
        rest = after;
        Some(tag)
    })
}

/// The strong entity tag of these bytes, including quotes.
pub fn entity_tag(bytes: &[u8]) -> String {
    format!("\"{}\"", Digest::of(bytes).hex().get(..32).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_tag_in_a_list() {
        for (lines, expected) in [
            (&[][..], false),
            (&["\"a\""], true),
            (&["W/\"a\""], true),
            (&["*"], true),
            (&[" * "], true),
            (&["\"b\", \"a\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["\"b\",W/\"a\",\"c\""], true),
            (&["\"b,\", \"c\""], false),
            (&["\"b, a\""], false),
            (&["\"*\""], false),
            (&["a"], false),
            (&["\"a"], false),
            (&["\"b\", \"a"], false),
            (&["\"\", \", \""], false),
            (&[""], false),
        ] {
            assert_eq!(has_entity_tag(lines.iter().copied(), "\"a\""), expected, "{lines:?}");
        }
    }
}
