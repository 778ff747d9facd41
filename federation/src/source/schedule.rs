//! Schedules the next check of a source.

use crate::time::Seconds;

const FIRST_BACK_OFF: Seconds = 60;
const LONGEST_BACK_OFF: Seconds = 15 * 60;

/// The time of the next check.
///
/// After a successful check, `wait` seconds. After failures, 1, 2, 4 … minutes up to 15, and never earlier
/// than the origin requests. `jitter` in 0.0 ..= 1.0 spreads the checks of many sources over a tenth of the
/// wait, or half of it after failures.
pub fn next_check(now: Seconds, wait: u32, failures: u32, retry_after: Option<Seconds>, jitter: f64) -> Seconds {
    let jitter = jitter.clamp(0.0, 1.0);
    let spread = |wait: Seconds, share: f64| wait + (wait as f64 * share * jitter) as Seconds;
    let wait = match failures {
        0 => spread(Seconds::from(wait), 0.1),
        n => spread((FIRST_BACK_OFF << (n - 1).min(8)).min(LONGEST_BACK_OFF), 0.5),
    };
    now + wait.max(retry_after.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_the_time_to_live_then_backs_off() {
        assert_eq!(next_check(0, 3600, 0, None, 0.0), 3600);
        assert_eq!(next_check(0, 3600, 0, None, 1.0), 3960);
        let waits: Vec<_> = (1..8).map(|n| next_check(0, 3600, n, None, 0.0)).collect();
        assert_eq!(waits, [60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(next_check(0, 3600, u32::MAX, None, 1.0), 1350);
    }

    #[test]
    fn the_origin_may_ask_for_more_but_not_for_less() {
        assert_eq!(next_check(0, 3600, 1, Some(3000), 0.0), 3000);
        assert_eq!(next_check(0, 3600, 1, Some(5), 0.0), 60);
    }
}
