//! Whether a hub says that it is healthy.

use crate::exit::Exit;
use crate::failure::Failure;
use api::health::Health;

/// Fails if the hub reports that it is not healthy.
pub(crate) fn healthy(health: &Health) -> Result<(), Failure> {
    if health.is_ok() {
        return Ok(());
    }
    let what = format!("the hub reports its status as `{}`, not `{}`", health.status, Health::OK);
    Err(Failure::new(Exit::Refused, what).hint("see the hub's log, or contact the operator of the hub"))
}
