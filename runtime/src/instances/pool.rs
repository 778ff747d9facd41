//! Hands each request to an instance that starts on it at once.
//!
//! The handler of `wasmtime-wasi-http` has one queue for all instances and wakes one of them for a request. If that
//! instance is computing, or accepts no more requests, the request waits until another instance happens to look. An
//! idle one only does so when its idle time is over. So the pool hands a request to one instance, and takes it back if
//! the instance does not start on it soon.

use super::run::run;
use super::seat::{Job, Seat, UnderWay};
use super::seats::{Place, Seats};
use super::workers::Workers;
use crate::problem::Problem;
use futures::channel::oneshot;
use http::{Request, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::ExpirationError;

/// How long an instance has to start on a request before the pool looks for another one.
const START_TIMEOUT: Duration = Duration::from_millis(50);

/// How long a request with a slot waits for an instance while all of them compute.
const INSTANCE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for an instance to become free before looking again.
const RETRY_INTERVAL: Duration = Duration::from_millis(20);

/// A request that was handed to an instance.
#[expect(clippy::disallowed_types, reason = "the rule is for the component; `Prepared` uses only this channel")]
struct Handed {
    id: u64,
    seat: Arc<Seat>,
    under_way: UnderWay,
    /// The instance does not exist yet, and will start with this request.
    new: bool,
    begun: tokio::sync::oneshot::Receiver<Result<(), Box<Request<WasiBody>>>>,
    answer: oneshot::Receiver<wasmtime::Result<Response<WasiBody>>>,
}

/// All instances.
pub(crate) struct Pool {
    workers: Arc<Workers>,
    seats: Arc<Seats>,
    /// The number of requests handed over so far.
    handed: AtomicU64,
}

impl Pool {
    pub(crate) fn new(workers: Workers) -> Arc<Self> {
        Arc::new(Self { workers: Arc::new(workers), seats: Arc::default(), handed: AtomicU64::new(0) })
    }

    /// Returns an instance's response once its head is there, with a guard to keep as long as the body.
    ///
    /// A `vital` request must be answered even if there is no room for others.
    pub(crate) async fn answer(
        self: &Arc<Self>,
        request: Request<WasiBody>,
        vital: bool,
    ) -> Result<(Response<WasiBody>, UnderWay), Problem> {
        let Handed { seat, under_way, answer, .. } = self.begin(request, vital).await?;
        let failure = match answer.await {
            Ok(Ok(response)) => return Ok((response, under_way)),
            Ok(Err(error)) => Some(error),
            // The instance ended, and its requests with it.
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

    /// Finds an instance that starts on the request.
    async fn begin(self: &Arc<Self>, request: Request<WasiBody>, vital: bool) -> Result<Handed, Problem> {
        let mut request = Box::new(request);
        let (asked, mut wait) = (Instant::now(), INSTANCE_TIMEOUT);
        loop {
            let freed = self.seats.freed();
            match self.hand_over(request, vital) {
                Ok(mut handed) => match Self::wait_for_begin(&mut handed).await {
                    Ok(()) => return Ok(handed),
                    Err(Some(returned)) => {
                        request = returned;
                        if handed.new {
                            // There is no memory for a new instance, and the others may be busy for long.
                            wait = self.workers.limits.queue_time;
                            _ = timeout(RETRY_INTERVAL, freed).await;
                        }
                    }
                    // The instance panicked; its caller gets the error.
                    Err(None) => return Ok(handed),
                },
                Err(returned) => {
                    request = returned;
                    _ = timeout(RETRY_INTERVAL, freed).await;
                }
            }
            if asked.elapsed() >= wait {
                return Err(Problem::Overloaded);
            }
        }
    }

    async fn wait_for_begin(handed: &mut Handed) -> Result<(), Option<Box<Request<WasiBody>>>> {
        let waited = match handed.new {
            // A new instance takes its first request before anything else, or returns it.
            true => Ok((&mut handed.begun).await),
            false => timeout_at(Instant::now() + START_TIMEOUT, &mut handed.begun).await,
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
        let mut seats = self.seats.all();
        let may_take =
            |seat: &&Arc<Seat>| (vital || !seat.vital) && seat.is_free(limits.requests_per_instance as usize);
        let free = seats.iter().find(may_take).cloned();
        if self.workers.budget.is_tight() {
            // Memory that idle instances hold for their next request is needed elsewhere.
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
                tokio::spawn(run(Arc::clone(&self.workers), Place::new(&seat, &self.seats)));
                Handed { id, under_way, seat, new: true, begun, answer }
            }
        })
    }
}
