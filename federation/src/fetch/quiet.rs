//! Hosts that request a pause: with `Retry-After` (RFC 9110 §10.2.3), or by reporting an exhausted rate limit.

use super::Response;
use super::headers::retry_after;
use crate::time::{CLOCK_TOLERANCE, Seconds};
use std::collections::HashMap;

/// Longest pause that is honoured, in seconds.
const LONGEST: Seconds = 3600;

/// The pause for a host that requests one without a duration, in seconds.
const UNSAID: Seconds = 60;

/// Numbers from here on are points in time, not numbers of seconds from now.
const SMALLEST_TIME: i64 = 1_000_000_000;

/// The end of each host's pause. A host is scheme, name and port ([`crate::source_url::host`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostPauses(HashMap<String, Seconds>);

impl HostPauses {
    /// The end of the pause of `host`; `None` if it accepts requests at `now`. A pause longer than the maximum dates
    /// from before a clock was set back.
    pub fn until(&self, host: &str, now: Seconds) -> Option<Seconds> {
        let until = *self.0.get(host)?;
        (until > now && until - now <= LONGEST + CLOCK_TOLERANCE).then_some(until)
    }

    /// Pauses `host` until then, or longer if it requested that before.
    pub fn add(&mut self, host: String, until: Seconds) {
        let known = self.0.entry(host).or_insert(until);
        *known = until.max(*known);
    }
}

/// The pause that a response requests for its whole host, in seconds.
pub(super) fn asked_for(response: &Response, now: Seconds) -> Option<Seconds> {
    let told = response.header("retry-after").and_then(|value| retry_after(value, now));
    let seconds = match response.status {
        429 => told.or_else(|| exhausted(response, now)).unwrap_or(UNSAID),
        403 => told.or_else(|| exhausted(response, now))?,
        503 => told?,
        _ => return None,
    };
    Some(seconds.clamp(1, LONGEST))
}

/// Seconds until an exhausted rate limit resets; `None` if the limit is not exhausted or not reported.
fn exhausted(response: &Response, now: Seconds) -> Option<Seconds> {
    // GitHub; GitLab and older drafts of the IETF; the newest draft.
    let pair = |remaining, reset| {
        let left = response.header(remaining)?.trim().parse::<u64>().ok()?;
        (left == 0).then(|| response.header(reset).and_then(|value| from_now(value, now)).unwrap_or(UNSAID))
    };
    pair("x-ratelimit-remaining", "x-ratelimit-reset")
        .or_else(|| pair("ratelimit-remaining", "ratelimit-reset"))
        .or_else(|| response.header("ratelimit").and_then(|value| of_policies(value, now)))
}

/// Parses a reset: a point in time or a number of seconds.
fn from_now(value: &str, now: Seconds) -> Option<Seconds> {
    let number = value.trim().parse::<i64>().ok()?;
    Some(if number < SMALLEST_TIME { number } else { number - now })
}

/// Parses `"name";r=0;t=30, …`, or the older form `limit=9, remaining=0, reset=30`.
fn of_policies(value: &str, now: Seconds) -> Option<Seconds> {
    let of_one = |policy: &str| {
        let field = |names: [&str; 2]| {
            let fields = policy.split([';', ',']).filter_map(|field| field.split_once('='));
            fields.map(|(name, value)| (name.trim(), value)).find(|(name, _)| names.contains(name)).map(|it| it.1)
        };
        let left = field(["r", "remaining"])?.trim().parse::<u64>().ok()?;
        (left == 0).then(|| field(["t", "reset"]).and_then(|value| from_now(value, now)).unwrap_or(UNSAID))
    };
    if value.contains("remaining") { of_one(value) } else { value.split(',').filter_map(of_one).max() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = 1_795_508_373;

    fn seconds(status: u16, headers: &[(&str, &str)]) -> Option<Seconds> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        asked_for(&Response { status, headers, body: Vec::new() }, NOW)
    }

    #[test]
    fn rate_limits_are_read_as_forges_write_them() {
        let reset = (NOW + 300).to_string();
        for (status, headers, expected) in [
            (429, &[("retry-after", "120")][..], Some(120)),
            (429, &[], Some(UNSAID)),
            (429, &[("retry-after", "99999999")], Some(LONGEST)),
            (429, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)], Some(300)),
            (403, &[("retry-after", "60")], Some(60)),
            (403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)], Some(300)),
            (403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")], Some(1)),
            (403, &[("x-ratelimit-remaining", "0")], Some(UNSAID)),
            (403, &[("ratelimit-remaining", "0"), ("ratelimit-reset", &reset)], Some(300)),
            (403, &[("ratelimit-remaining", "0"), ("ratelimit-reset", "45")], Some(45)),
            (403, &[("ratelimit", "\"hour\";r=0;t=30, \"day\";r=0;t=50, \"year\";r=9;t=999")], Some(50)),
            (403, &[("ratelimit", "limit=10, remaining=0, reset=50")], Some(50)),
            (403, &[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", &reset)], None),
            (403, &[("x-ratelimit-remaining", "nothing"), ("ratelimit", "r")], None),
            (403, &[], None),
            (503, &[("retry-after", "30")], Some(30)),
            (503, &[("x-ratelimit-remaining", "0")], None),
            (500, &[("retry-after", "30")], None),
        ] {
            assert_eq!(seconds(status, headers), expected, "{status} {headers:?}");
        }
    }

    #[test]
    fn a_host_is_left_alone_as_long_as_it_asked_and_no_longer_than_any_may() {
        let mut quiet = HostPauses::default();
        quiet.add("https://a.example".to_owned(), NOW + 60);
        quiet.add("https://a.example".to_owned(), NOW + 30);
        assert_eq!(quiet.until("https://a.example", NOW), Some(NOW + 60));
        assert_eq!(quiet.until("https://a.example", NOW + 60), None);
        assert_eq!(quiet.until("http://a.example", NOW), None);
        assert_eq!(quiet.until("https://a.example", NOW - 2 * LONGEST), None, "the clock was set back");
    }
}
