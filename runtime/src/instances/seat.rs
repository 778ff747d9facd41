//! The state that an instance shares with the pool.

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
    /// The id of this handover.
    pub(super) id: u64,
    pub(super) request: Box<Request<WasiBody>>,
    /// Reports once: `Ok` if the instance has started on the request, or the request itself if it ended before.
    pub(super) begun: tokio::sync::oneshot::Sender<Result<(), Box<Request<WasiBody>>>>,
    pub(super) answer: oneshot::Sender<wasmtime::Result<Response<WasiBody>>>,
}

/// The seat of one instance.
pub(super) struct Seat {
    /// The request handed over but not started.
    next: Mutex<Option<Job>>,
    waker: AtomicWaker,
    /// The instance is not computing, so it would start on a request at once.
    quiet: AtomicBool,
    /// The instance accepts no more requests, and ends once it has no work left.
    retired: AtomicBool,
    /// The instance ran out of time.
    expired: AtomicBool,
    /// Requests started that have no response yet.
    at_work: AtomicUsize,
    /// Requests whose responses have not been sent completely, and when the last one was.
    unsent: Mutex<(usize, Instant)>,
    pub(super) memory: Arc<Gauge>,
    /// Reserved for liveness probes.
    pub(super) vital: bool,
}

impl Seat {
    /// Creates a seat with its first request.
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

    /// Whether one more request would be started at once.
    pub(super) fn is_free(&self, limit: usize) -> bool {
        self.quiet.load(Ordering::Acquire) && !self.is_retired() && self.at_work() < limit && lock(&self.next).is_none()
    }

    /// Call it from one task at a time, and only if the seat is free.
    pub(super) fn hand_over(&self, job: Job) {
        *lock(&self.next) = Some(job);
        self.waker.wake();
    }

    /// The request handed over, unless it was started or taken back.
    pub(super) fn take(&self) -> Option<Job> {
        lock(&self.next).take()
    }

    /// The request handed over as `id`, if the instance has not started on it.
    pub(super) fn take_back(&self, id: u64) -> Option<Job> {
        lock(&self.next).take_if(|job| job.id == id)
    }

    /// Registers the waker to call when a request is handed over.
    pub(super) fn register(&self, waker: &std::task::Waker) {
        self.waker.register(waker);
    }

    /// Marks the instance as not computing after its turn. Returns true if it would start on one more request at once.
    /// It would not if it left a request that was handed over: then something else holds it up.
    pub(super) fn rest(&self) -> bool {
        let quiet = lock(&self.next).is_none();
        self.quiet.store(quiet, Ordering::Release);
        quiet
    }

    /// Marks the beginning of the instance's turn.
    pub(super) fn mark_active(&self) {
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

    /// Counts a request from before its handover until its response has been sent; the guard
    /// that it returns marks the end.
    pub(super) fn under_way(self: &Arc<Self>) -> UnderWay {
        lock(&self.unsent).0 += 1;
        UnderWay(Arc::clone(self))
    }

    /// When the last response was sent completely; `None` while one is on its way.
    pub(super) fn all_sent_since(&self) -> Option<Instant> {
        let (unsent, ended) = *lock(&self.unsent);
        (unsent == 0).then_some(ended)
    }
}

/// A request whose response has not been sent completely.
pub(crate) struct UnderWay(Arc<Seat>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let last = {
            let mut unsent = lock(&self.0.unsent);
            *unsent = (unsent.0 - 1, Instant::now());
            unsent.0 == 0
        };
        if last {
            // The instance's time limit starts to run.
            self.0.waker.wake();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
