//! A mirror: follows the log of its primary, and publishes the same revisions under the same numbers.

mod apply;
pub mod fetch;
mod follow;
pub mod indexes;
pub mod verified;

pub use follow::follow_later;
use store::StoreError;

/// Why a primary cannot be followed, in words for its operator.
pub enum Fault {
    /// The primary cannot be reached, or says something wrong.
    Primary(String),
    /// What the primary sends does not match its own log.
    Falsified(String),
    /// The mirror's own database fails.
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
