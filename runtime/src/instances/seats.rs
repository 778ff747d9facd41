//! The seats of all instances.

use super::seat::{Job, Seat};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Every instance has a seat here, from before it is created until it is gone.
#[derive(Default)]
pub(super) struct Seats {
    seats: Mutex<Vec<Arc<Seat>>>,
    freed: Notify,
}

impl Seats {
    pub(super) fn all(&self) -> MutexGuard<'_, Vec<Arc<Seat>>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until an instance has room for one more request.
    pub(super) fn freed(&self) -> Notified<'_> {
        self.freed.notified()
    }
}

/// An instance's claim on its seat, released when the instance is gone for whatever reason.
pub(super) struct Place {
    pub(super) seat: Arc<Seat>,
    seats: Arc<Seats>,
}

impl Place {
    pub(super) fn new(seat: &Arc<Seat>, seats: &Arc<Seats>) -> Self {
        Self { seat: Arc::clone(seat), seats: Arc::clone(seats) }
    }

    /// Announces that the instance has room for one more request.
    pub(super) fn offer(&self) {
        self.seats.freed.notify_one();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.seats.all().retain(|seat| !Arc::ptr_eq(seat, &self.seat));
        // No more requests can be handed over.
        if let Some(Job { request, begun, .. }) = self.seat.take() {
            _ = begun.send(Err(request));
        }
        self.offer();
    }
}
