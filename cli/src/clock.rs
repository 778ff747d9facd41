//! The current time, which the domain gets from outside.

use federation::time::Seconds;

/// The current time.
pub(crate) fn now() -> Seconds {
    jiff::Timestamp::now().as_second()
}
