//! This machine's clock and the hub's.

use federation::time::{Seconds, parse_http_date};

use crate::commands::checks::Finding;

/// Seconds. Less comes from the way of the answer, whose time is in whole seconds.
const MOST: Seconds = 60;

/// `date` is the header of an answer that just came.
pub(super) fn compare(date: Option<&str>, now: Seconds) -> Finding {
    let Some(hub) = date.and_then(parse_http_date) else {
        return Finding::Skipped("the hub did not say what time it has".to_owned());
    };
    let ahead = now - hub;
    if ahead.abs() <= MOST {
        return Finding::Fine(format!("within {MOST} s of each other"));
    }
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    Finding::Warning(
        format!("this machine is {} s {side} the hub", ahead.abs()),
        "set the clock that is wrong (NTP): certificates, expiry and ages are judged by it",
    )
}
