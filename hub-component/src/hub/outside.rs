//! The outside world, as the checks of the domain see it.

use crate::ports::{Fetch as _, Ports};
use federation::check::Outbound;
use federation::fetch::{Request, Response, TransportFailure};
use federation::time::Seconds;
use std::time::Duration;

/// Gives a check access to the outside world through the ports.
pub(super) struct Outside<'a, P>(pub(super) &'a P);

impl<P: Ports> Outbound for Outside<'_, P> {
    async fn send(&self, request: Request) -> Result<Response, TransportFailure> {
        self.0.fetch().send(request).await
    }

    fn now(&self) -> Seconds {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}
