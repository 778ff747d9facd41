//! From a request to an instance that begins with it at once.
//!
//! The handler of `wasmtime-wasi-http` has one queue for all instances and wakes one of them for a request. That one may be computing, or
//! may take no more requests, and then the request waits until some other instance happens to look, which an idle one does when its time is
//! over. So a request is handed to one instance here, and taken back if that has not begun with it soon.

use super::Workers;
use super::run::run;
use super::seat::{Job, Seat, UnderWay};
use crate::problem::Problem;
use futures::channel::oneshot;
use http::{Request, Response};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::ExpirationError;

/// How long an instance has to begin with a request, before another one is looked for.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long a request that has its place waits for an instance, while all of them compute.
const WAIT: Duration = Duration::from_secs(10);

/// How long to wait for an instance to come free, before looking again.
const RETRY: Duration = Duration::from_millis(20);

/// Who a request was handed to.
#[expect(clippy::disallowed_types, reason = "that is for the component; `Prepared` answers over no other channel")]
struct Handed {
    id: u64,
    seat: Arc<Seat>,
    under_way: UnderWay,
    /// It has yet to come to be, and begins with this request then.
    new: bool,
    begun: tokio::sync::oneshot::Receiver<Result<(), Box<Request<WasiBody>>>>,
    answer: oneshot::Receiver<wasmtime::Result<Response<WasiBody>>>,
}

/// All instances.
pub(crate) struct Pool {
    workers: Arc<Workers>,
    seats: Mutex<Vec<Arc<Seat>>>,
    freed: Notify,
    /// How often a request was handed over.
    handed: AtomicU64,
}

impl Pool {
    pub(crate) fn new(workers: Workers) -> Arc<Self> {
        Arc::new(Self {
            workers: Arc::new(workers),
            seats: Mutex::default(),
            freed: Notify::new(),
            handed: AtomicU64::new(0),
        })
    }

    /// The answer of an instance up to its head, and what is to live as long as its body.
    ///
    /// `vital` is a request that has to be answered while there is no room for others.
    pub(crate) async fn answer(
        self: &Arc<Self>,
        request: Request<WasiBody>,
        vital: bool,
    ) -> Result<(Response<WasiBody>, UnderWay), Problem> {
        let Handed { seat, under_way, answer, .. } = self.begin(request, vital).await?;
        let failure = match answer.await {
            Ok(Ok(response)) => return Ok((response, under_way)),
            Ok(Err(error)) => Some(error),
            // The instance ended with all that it had begun.
            Err(_) => None,
        };
        let timed_out = seat.has_expired() || failure.as_ref().is_some_and(|error| error.is::<ExpirationError>());
        let problem = match (timed_out, seat.memory.was_refused()) {
            (true, _) => Problem::Timeout,
            (false, true) => Problem::Overloaded,
            (false, false) => Problem::InstanceFailed,
        };
        let error = failure.map_or_else(|| "the instance ended".to_owned(), |error| format!("{error:#}"));
        tracing::error!(error, ?problem, "the component gave no response");
        Err(problem)
    }

    /// Finds an instance that begins with the request.
    async fn begin(self: &Arc<Self>, request: Request<WasiBody>, vital: bool) -> Result<Handed, Problem> {
        let mut request = Box::new(request);
        let (asked, mut wait) = (Instant::now(), WAIT);
        loop {
            let freed = self.freed.notified();
            match self.hand_over(request, vital) {
                Ok(mut handed) => match Self::wait_for_begin(&mut handed).await {
                    Ok(()) => return Ok(handed),
                    Err(Some(returned)) => {
                        request = returned;
                        if handed.new {
                            // There is no memory for it, and what others do may take long.
                            wait = self.workers.limits.queue_time;
                            _ = timeout(RETRY, freed).await;
                        }
                    }
                    // It panicked; whoever waits for its answer is told.
                    Err(None) => return Ok(handed),
                },
                Err(returned) => {
                    request = returned;
                    _ = timeout(RETRY, freed).await;
                }
            }
            if asked.elapsed() >= wait {
                return Err(Problem::Overloaded);
            }
        }
    }

    async fn wait_for_begin(handed: &mut Handed) -> Result<(), Option<Box<Request<WasiBody>>>> {
        let waited = match handed.new {
            // It looks first of all at what it was made for, or gives it back.
            true => Ok((&mut handed.begun).await),
            false => timeout_at(Instant::now() + PATIENCE, &mut handed.begun).await,
        };
        let begun = match waited {
            Ok(begun) => begun,
            Err(_) => match handed.seat.take_back(handed.id) {
                Some(job) => return Err(Some(job.request)),
                None => (&mut handed.begun).await,
            },
        };
        match begun {
            Ok(Ok(())) => Ok(()),
            Ok(Err(request)) => Err(Some(request)),
            Err(_) => Err(None),
        }
    }

    fn hand_over(
        self: &Arc<Self>,
        request: Box<Request<WasiBody>>,
        vital: bool,
    ) -> Result<Handed, Box<Request<WasiBody>>> {
        let limits = &self.workers.limits;
        let mut seats = self.seats();
        let may_take =
            |seat: &&Arc<Seat>| (vital || !seat.vital) && seat.is_free(limits.requests_per_instance as usize);
        let free = seats.iter().find(may_take).cloned();
        if self.workers.budget.is_tight() {
            // What idle instances keep for their next request is needed elsewhere.
            let kept = |seat: &&Arc<Seat>| free.as_ref().is_some_and(|free| Arc::ptr_eq(free, seat));
            seats
                .iter()
                .filter(|seat| seat.at_work() == 0 && !seat.vital && !kept(seat))
                .for_each(|seat| seat.retire());
        }
        let of_this_kind = seats.iter().filter(|seat| seat.vital == vital).count();
        let may_be_made = if vital { of_this_kind == 0 } else { of_this_kind < limits.instances as usize };
        if free.is_none() && !may_be_made {
            return Err(request);
        }
        let (begin, begun) = tokio::sync::oneshot::channel();
        let (reply, answer) = oneshot::channel();
        let id = self.handed.fetch_add(1, Ordering::Relaxed);
        let job = Job { id, request, begun: begin, answer: reply };
        Ok(match free {
            Some(seat) => {
                let under_way = seat.under_way();
                seat.hand_over(job);
                Handed { id, under_way, seat, new: false, begun, answer }
            }
            None => {
                let seat = Seat::new(job, vital);
                let under_way = seat.under_way();
                seats.push(Arc::clone(&seat));
                tokio::spawn(run(Arc::clone(&self.workers), Place { seat: Arc::clone(&seat), pool: Arc::clone(self) }));
                Handed { id, under_way, seat, new: true, begun, answer }
            }
        })
    }

    fn seats(&self) -> MutexGuard<'_, Vec<Arc<Seat>>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An instance's hold on its seat: given up when the instance is gone, however that came.
pub(super) struct Place {
    pub(super) seat: Arc<Seat>,
    pool: Arc<Pool>,
}

impl Place {
    /// The instance has room for one more request.
    pub(super) fn offer(&self) {
        self.pool.freed.notify_one();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pool.seats().retain(|seat| !Arc::ptr_eq(seat, &self.seat));
        // Nothing can be handed over any more.
        if let Some(Job { request, begun, .. }) = self.seat.take() {
            _ = begun.send(Err(request));
        }
        self.offer();
    }
}
