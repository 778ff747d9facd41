//! Time in the domain: whole seconds since the Unix epoch, passed in by callers.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970-01-01T00:00:00Z.
pub type Seconds = i64;

/// Maximum clock difference of hubs that share a database, in seconds. A stored time that is ahead by no more than this
/// counts as now. One further ahead was written before a clock was set back, and is ignored.
pub const CLOCK_TOLERANCE: Seconds = 30;

/// Whether a stored time is further ahead of `now` than clocks may differ.
pub fn is_beyond(at: Seconds, now: Seconds) -> bool {
    at > now.saturating_add(CLOCK_TOLERANCE)
}

/// Formats a time as RFC 3339 in UTC, such as `2026-11-24T08:12:53Z`. A time outside the calendar becomes the epoch.
pub fn rfc3339(seconds: Seconds) -> String {
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

/// Formats a time as an HTTP date, such as `Tue, 24 Nov 2026 08:12:53 GMT` (RFC 9110 §5.6.7).
pub fn http_date(seconds: Seconds) -> String {
    let timestamp = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&timestamp).unwrap_or_default()
}

/// Parses an HTTP date in any of the three forms of RFC 9110 §5.6.7, or in that of RFC 2822; `None` if it is neither.
pub fn parse_http_date(text: &str) -> Option<Seconds> {
    let text = text.trim();
    let rfc_2822 = || jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok().map(|at| at.as_second());
    let since_epoch = |at: SystemTime| at.duration_since(UNIX_EPOCH).ok()?.as_secs().try_into().ok();
    httpdate::parse_http_date(text).ok().and_then(since_epoch).or_else(rfc_2822)
}

/// Parses an RFC 3339 time with its zone, dropping fractions of a second; `None` if it is not one.
pub fn parse_rfc3339(text: &str) -> Option<Seconds> {
    text.parse::<jiff::Timestamp>().ok().map(|t| t.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_ahead_counts_as_now() {
        assert!(!is_beyond(100, 100) && !is_beyond(130, 100) && is_beyond(131, 100));
        assert!(is_beyond(Seconds::MAX, 0) && !is_beyond(Seconds::MAX, Seconds::MAX));
    }

    #[test]
    fn writes_and_reads_dates() {
        assert_eq!(rfc3339(1_795_508_373), "2026-11-24T08:19:33Z");
        let date = http_date(1_795_508_373);
        assert_eq!(date, "Tue, 24 Nov 2026 08:19:33 GMT");
        assert_eq!(parse_http_date(&date), Some(1_795_508_373));
        for form in ["Tuesday, 24-Nov-26 08:19:33 GMT", "Tue Nov 24 08:19:33 2026", " 24 Nov 2026 09:19:33 +0100 "] {
            assert_eq!(parse_http_date(form), Some(1_795_508_373), "{form}");
        }
        for none in ["", "soon", "2026-11-24", "Tue, 24 Nov 2026", "Tue, 32 Nov 2026 08:19:33 GMT"] {
            assert_eq!(parse_http_date(none), None, "{none}");
        }
    }
}
