//! What an instance and those who hand requests to it share.

use super::memory::Gauge;
use futures::channel::oneshot;
use futures::task::AtomicWaker;
use http::{Request, Response};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use wasmtime_wasi_http::WasiBody;

/// A request on its way into an instance.
pub(super) struct Job {
    /// Of this handing over.
    pub(super) id: u64,
    pub(super) request: Box<Request<WasiBody>>,
    /// Told once: that the instance has begun, or, by one that ends before, the request again.
    pub(super) begun: tokio::sync::oneshot::Sender<Result<(), Box<Request<WasiBody>>>>,
    pub(super) answer: oneshot::Sender<wasmtime::Result<Response<WasiBody>>>,
}

/// The place of one instance.
pub(super) struct Seat {
    /// Handed over and not begun yet.
    next: Mutex<Option<Job>>,
    waker: AtomicWaker,
    /// Nothing is being computed, so that a request will be begun at once.
    quiet: AtomicBool,
    /// It takes no more requests, and ends once nothing is left to do.
    retired: AtomicBool,
    /// It ran out of time.
    expired: AtomicBool,
    /// Requests begun that have no answer yet.
    at_work: AtomicUsize,
    /// Requests whose answers their clients have not taken to the end, and when the last one was.
    unsent: Mutex<(usize, Instant)>,
    pub(super) memory: Arc<Gauge>,
    /// For those alone who ask whether the server is alive.
    pub(super) vital: bool,
}

impl Seat {
    /// A place with its first request.
    pub(super) fn new(first: Job, vital: bool) -> Arc<Self> {
        Arc::new(Self {
            next: Mutex::new(Some(first)),
            waker: AtomicWaker::new(),
            quiet: AtomicBool::new(false),
            retired: AtomicBool::new(false),
            expired: AtomicBool::new(false),
            at_work: AtomicUsize::new(0),
            unsent: Mutex::new((0, Instant::now())),
            memory: Arc::default(),
            vital,
        })
    }

    /// Whether one more request would be begun at once.
    pub(super) fn is_free(&self, limit: usize) -> bool {
        self.quiet.load(Ordering::Acquire) && !self.is_retired() && self.at_work() < limit && lock(&self.next).is_none()
    }

    /// To be called by one at a time, and only if the place is free.
    pub(super) fn hand_over(&self, job: Job) {
        *lock(&self.next) = Some(job);
        self.waker.wake();
    }

    /// What was handed over, unless it was begun or taken back.
    pub(super) fn take(&self) -> Option<Job> {
        lock(&self.next).take()
    }

    /// What was handed over as `id`, if the instance has not begun with it.
    pub(super) fn take_back(&self, id: u64) -> Option<Job> {
        lock(&self.next).take_if(|job| job.id == id)
    }

    /// Who is to be woken when a request is handed over.
    pub(super) fn register(&self, waker: &std::task::Waker) {
        self.waker.register(waker);
    }

    /// The instance has nothing to compute after its turn; true if one more request would be begun at once. It would not if it left one
    /// that was handed over: then something else holds it up.
    pub(super) fn rest(&self) -> bool {
        let quiet = lock(&self.next).is_none();
        self.quiet.store(quiet, Ordering::Release);
        quiet
    }

    /// The instance is at its turn.
    pub(super) fn stir(&self) {
        self.quiet.store(false, Ordering::Release);
    }

    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.waker.wake();
    }

    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    pub(super) fn expire(&self) {
        self.expired.store(true, Ordering::Release);
    }

    pub(super) fn has_expired(&self) -> bool {
        self.expired.load(Ordering::Acquire)
    }

    pub(super) fn begin(&self) {
        self.at_work.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn end(&self) {
        self.at_work.fetch_sub(1, Ordering::AcqRel);
    }

    pub(super) fn at_work(&self) -> usize {
        self.at_work.load(Ordering::Acquire)
    }

    /// Counts a request as long as what this returns lives: from before it is handed over until its answer has been sent.
    pub(super) fn under_way(self: &Arc<Self>) -> UnderWay {
        lock(&self.unsent).0 += 1;
        UnderWay(Arc::clone(self))
    }

    /// Since when every answer has been sent; `None` while one is on its way.
    pub(super) fn all_sent_since(&self) -> Option<Instant> {
        let (unsent, ended) = *lock(&self.unsent);
        (unsent == 0).then_some(ended)
    }
}

/// A request whose answer has not been sent to its end.
pub(crate) struct UnderWay(Arc<Seat>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let last = {
            let mut unsent = lock(&self.0.unsent);
            *unsent = (unsent.0 - 1, Instant::now());
            unsent.0 == 0
        };
        if last {
            // The time of the instance begins to count.
            self.0.waker.wake();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
