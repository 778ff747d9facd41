//! The time, where the domain is given it from outside.

use federation::time::Seconds;

/// Now.
pub(crate) fn now() -> Seconds {
    jiff::Timestamp::now().as_second()
}
