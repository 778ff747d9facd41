//! A mirror: follows the log of its primary, and publishes the same revisions under the same numbers.

mod apply;
pub mod fetch;
mod follow;
pub mod indexes;
mod page;
pub mod verified;

use super::App;
use crate::ports::Ports;
use api::health::Mirror;
use federation::time::rfc3339;
pub use follow::follow_later;
use store::{StoreError, mirror};

/// How far this mirror has followed its primary; `None` for a hub that is no mirror.
///
/// # Errors
/// If the store fails.
pub async fn state<P: Ports>(app: &App<P>) -> Result<Option<Mirror>, StoreError> {
    let Some(primary) = app.primary() else { return Ok(None) };
    let followed = mirror::get(app.database().await?).await?.filter(|followed| followed.url == primary);
    let (current_at, fault) = followed.map(|it| (it.current_at, it.fault)).unwrap_or_default();
    Ok(Some(Mirror { of: primary.to_owned(), current_at: current_at.map(rfc3339), fault }))
}

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
