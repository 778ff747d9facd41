//! Upstreams: follows the logs of other hubs, and publishes their sources beside those that are registered here.

mod follow;
mod set;
mod take;
mod view;

use crate::hub::mirror;
use federation::problem::{Kind, upstreams as kinds};
pub use follow::{follow_due, follow_later};
pub use set::{remove, set};
use store::StoreError;
pub use take::MAX_LINES_BYTES;
pub use view::{all, not_found, view};

/// Why an upstream cannot be followed.
enum Fault {
    /// The upstream fails or says something wrong: a code, and a sentence for the operator.
    Upstream(&'static Kind, String),
    /// The hub's own database fails.
    Store(StoreError),
}

impl<E: Into<StoreError>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

impl Fault {
    fn of(fault: mirror::Fault) -> Self {
        match fault {
            mirror::Fault::Primary(why) => Self::Upstream(&kinds::UPSTREAM_UNREACHABLE, why),
            mirror::Fault::Falsified(why) => Self::Upstream(&kinds::UPSTREAM_FALSIFIED, why),
            mirror::Fault::Store(error) => Self::Store(error),
        }
    }
}
