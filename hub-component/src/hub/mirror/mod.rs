//! A mirror: follows the log of its primary, and publishes the same revisions under the same numbers.

mod apply;
mod fetch;
mod follow;

pub use follow::follow_later;

use store::StoreError;

/// Why a primary cannot be followed, in words for its operator.
enum Fault {
    /// The primary, or what it says.
    Primary(String),
    /// The mirror's own database.
    Store(StoreError),
}

impl<E: Into<StoreError>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

fn fault(why: impl Into<String>) -> Fault {
    Fault::Primary(why.into())
}
