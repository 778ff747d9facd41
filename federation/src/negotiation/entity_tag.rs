//! Lists of entity tags, as in `If-None-Match` (RFC 9110 §13.1.2).

/// Whether `tag` (quotes included) is in the list, by the weak comparison, or the list is `*`.
pub fn has_entity_tag<'a>(lines: impl IntoIterator<Item = &'a str>, tag: &str) -> bool {
    let opaque = tag.trim_matches('"');
    lines.into_iter().any(|line| line.trim() == "*" || tags(line).any(|it| it == opaque))
}

/// A tag has no escapes: what stands between an odd quote and the next one is a tag, commas included.
fn tags(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let (_, opened) = rest.split_once('"')?;
        let (tag, after) = opened.split_once('"')?;
        rest = after;
        Some(tag)
    })
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
