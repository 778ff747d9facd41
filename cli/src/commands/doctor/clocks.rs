//! Compares this machine's clock with the hub's.

use federation::time::{Seconds, parse_http_date};

use crate::commands::checks::Finding;

/// Tolerance in seconds. Smaller differences come from network latency and from times in whole seconds.
const MAX_DIFFERENCE: Seconds = 60;

/// `date` is the `Date` header of a response that was just received.
pub(super) fn compare(date: Option<&str>, now: Seconds) -> Finding {
    let Some(hub) = date.and_then(parse_http_date) else {
        return Finding::Skipped("the hub did not send its time".to_owned());
    };
    let ahead = now - hub;
    if ahead.abs() <= MAX_DIFFERENCE {
        return Finding::Fine(format!("within {MAX_DIFFERENCE} s of each other"));
    }
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    Finding::Warning(
        format!("this machine's clock is {} s {side} the hub's", ahead.abs()),
        "correct the wrong clock (NTP): certificates, expiry and ages depend on it",
    )
}
