//! Lists, parameters and weights in `Accept` and `Accept-Encoding` (RFC 9110 §5.6 and §12.4.2).

/// The default weight, in thousandths.
pub(super) const DEFAULT_WEIGHT: u16 = 1000;

/// The non-empty parts of `text` between separators, trimmed. A separator in a quoted string does not count.
pub(super) fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    // The separator and quotes are ASCII, so every cut is at a character boundary.
    text.split(move |c: char| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        escaped = quoted && c == '\\';
        quoted ^= c == '"';
        !quoted && c == char::from(separator)
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

/// Parses a weight in thousandths, at most [`DEFAULT_WEIGHT`]; `None` if it is not a number. Digits beyond the third are ignored.
pub(super) fn weight(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if text.len() < 1 + usize::from(text.contains('.')) || !digits(whole) || !digits(fraction) {
        return None;
    }
    if whole.bytes().any(|b| b != b'0') {
        return Some(DEFAULT_WEIGHT);
    }
    Some(fraction.bytes().chain(*b"000").take(3).fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')))
}

/// Splits a parameter into its name and its unquoted value.
pub(super) fn parameter(text: &str) -> (&str, &str) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let value = value.trim();
    (name.trim(), value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_outside_of_quotes() {
        let parts = |text| split(text, b',').collect::<Vec<_>>();
        assert_eq!(parts("a, b;c=\"x,\\\",y\" ,, c"), ["a", "b;c=\"x,\\\",y\"", "c"]);
        assert_eq!(parts(" , "), [""; 0]);
        assert_eq!(parts("a,\"b,c"), ["a", "\"b,c"]);
    }

    #[test]
    fn reads_weights() {
        for (text, thousandths) in [
            ("1", Some(1000)),
            ("1.000", Some(1000)),
            ("0", Some(0)),
            ("0.", Some(0)),
            ("0.5", Some(500)),
            (".25", Some(250)),
            ("0.1239", Some(123)),
            ("0.001", Some(1)),
            ("7", Some(1000)),
            ("", None),
            (".", None),
            ("-1", None),
            ("0,5", None),
            ("high", None),
            ("0.5.5", None),
        ] {
            assert_eq!(weight(text), thousandths, "{text}");
        }
    }
}
