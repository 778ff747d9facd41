//! Parses header values as servers send them, which may deviate from RFC 9110.

use super::HEADERS;
use crate::time::{Seconds, parse_http_date};

/// The relevant headers of a response, for [`super::Response`]. `values` returns the values of one name, one per line.
pub fn known<'a, V: Iterator<Item = &'a [u8]>>(values: impl Fn(&'static str) -> V) -> Vec<(String, String)> {
    HEADERS.into_iter().filter_map(|name| Some((name.to_owned(), joined(values(name))?))).collect()
}

/// Joins all values of a header, so that a second `Content-Encoding` is not overlooked. Duplicates count once.
fn joined<'a>(values: impl Iterator<Item = &'a [u8]>) -> Option<String> {
    let mut texts: Vec<String> = Vec::new();
    for value in values {
        let value = text(value);
        if !texts.contains(&value) {
            texts.push(value);
        }
    }
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// Keeps UTF-8 as it is, and percent-encodes other non-ASCII bytes, which occur mostly in URLs.
fn text(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value
            .iter()
            .map(|byte| if byte.is_ascii() { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
            .collect(),
    }
}

/// Parses a wait: a number of seconds, possibly with a fraction, or a date. `None` if it is not in the future.
pub(super) fn seconds_from(value: &str, now: Seconds) -> Option<Seconds> {
    let value = value.trim();
    let seconds = if value.starts_with(|c: char| c.is_ascii_digit()) && !value.contains(':') {
        // The conversion saturates: a number beyond an i64 is still a long wait.
        value.parse::<f64>().ok()?.ceil() as Seconds
    } else {
        parse_http_date(value)?.saturating_sub(now)
    };
    (seconds > 0).then_some(seconds)
}

/// The effective codings, in lower case and in the order in which they were applied.
pub(super) fn codings(value: &str) -> Vec<String> {
    // Names that servers send for uncoded text: a charset, a transfer encoding, or a word for "none".
    // `aws-chunked` is a remnant of an upload.
    const NOTHING: [&str; 15] = [
        "",
        "identity",
        "none",
        "null",
        "utf-8",
        "utf8",
        "us-ascii",
        "ascii",
        "text",
        "plain",
        "binary",
        "8bit",
        "7bit",
        "chunked",
        "aws-chunked",
    ];
    let codings = value.split(',').map(|coding| coding.trim().trim_matches('"').to_ascii_lowercase());
    codings.filter(|coding| !NOTHING.contains(&coding.as_str())).collect()
}

/// Longest `Retry-After` that is honoured, in seconds.
pub(super) const RETRY_AFTER_SECONDS: i64 = 3600;

/// Seconds that `Retry-After` asks for, up to a limit.
pub(super) fn retry_after(value: &str, now: Seconds) -> Option<i64> {
    seconds_from(value, now).map(|seconds| seconds.min(RETRY_AFTER_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = 784_111_000;

    #[test]
    fn waits_are_read_in_every_form_that_says_one() {
        for (value, expected) in [
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("0.2", Some(1)),
            ("1e9", Some(1_000_000_000)),
            ("99999999999999999999", Some(Seconds::MAX)),
            ("1e999", Some(Seconds::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(777)),
            ("Sun Nov  6 08:49:37 1994", Some(777)),
            ("6 Nov 1994 08:49:37 +0000", Some(777)),
            ("Sun, 06 Nov 1994 08:36:39 GMT", None),
            ("0", None),
            ("-1", None),
            ("", None),
            ("soon", None),
            ("12 hours", None),
            ("NaN", None),
            ("inf", None),
        ] {
            assert_eq!(seconds_from(value, NOW), expected, "{value}");
        }
    }

    #[test]
    fn codings_that_mean_nothing_are_passed_over() {
        for value in ["", " ", "identity", "UTF-8", "binary", "none", ",", "identity, utf8", "\"utf-8\"", "aws-chunked"]
        {
            assert_eq!(codings(value), Vec::<String>::new(), "{value}");
        }
        assert_eq!(codings("identity, GZIP"), ["gzip"]);
        assert_eq!(codings("aws-chunked,gzip,br"), ["gzip", "br"]);
    }

    #[test]
    fn values_are_read_whatever_their_bytes_are() {
        let given: &[(&str, &[u8])] = &[
            ("location", "/é a".as_bytes()),
            ("etag", b"\"\xe9%\""),
            ("content-encoding", b"gzip"),
            ("content-encoding", b"br"),
            ("retry-after", b"5"),
            ("retry-after", b"5"),
            ("x-other", b"1"),
        ];
        let mut found = known(|name| given.iter().filter(move |(of, _)| *of == name).map(|(_, value)| *value));
        found.sort();
        let expected =
            [("content-encoding", "gzip, br"), ("etag", "\"%E9%\""), ("location", "/é a"), ("retry-after", "5")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
