//! The time, where the domain is given it from outside.

use federation::time::Seconds;

/// Now.
pub(crate) fn now() -> Seconds {
    jiff::Timestamp::now().as_second()
}

/// Reads an RFC 3339 time.
pub(crate) fn parse(text: &str) -> Option<Seconds> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}
