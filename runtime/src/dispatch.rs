//! Dispatches each request to an instance, within the limits of the server.

use crate::budget::{Budget, Purpose, Reservation};
use crate::instances::{Pool, Workers};
use crate::limits::Limits;
use crate::problem::Problem;
use crate::sending::{ending_with, holding_until_sent};
use crate::shutdown::Lifecycle;
use http::header::CONTENT_TYPE;
use http::{Request, Response, Uri};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use wasmtime_wasi_http::WasiBody;

/// A request that runs longer than this is assumed to wait rather than compute, and gives up its slot.
const SLOT_TIME: Duration = Duration::from_millis(5);

/// Short requests that run at the same time, per processor. Each may need an instance of its own, with its own caches,
/// so that more of them would only cost memory.
const SHORT_PER_CPU: usize = 2;

/// Slots for liveness probes.
const LIVENESS_SLOTS: usize = 8;

/// Maximum bytes of one response in transit: chunks in the channel from the instance and those queued for the socket.
const MAX_IN_TRANSIT: usize = 256 << 10;

pub(crate) struct Dispatch {
    pool: Arc<Pool>,
    budget: Arc<Budget>,
    limits: Arc<Limits>,
    room: Arc<Semaphore>,
    alive: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    lifecycle: Lifecycle,
    short: Semaphore,
    /// The path of the liveness probe. An orchestrator that gets no response there stops the server, and
    /// all clients reconnect at once.
    liveness: String,
}

/// A slot, held until the response has been sent.
struct Place {
    _room: OwnedSemaphorePermit,
    _bytes: Option<Reservation>,
    _stream: Option<OwnedSemaphorePermit>,
}

impl Dispatch {
    pub(crate) fn new(workers: Workers, liveness: String) -> Self {
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        let (limits, budget) = (Arc::clone(&workers.limits), Arc::clone(&workers.budget));
        Self {
            budget,
            room: Arc::new(Semaphore::new(limits.requests)),
            alive: Arc::new(Semaphore::new(LIVENESS_SLOTS)),
            streams: Arc::new(Semaphore::new(limits.streams)),
            lifecycle: workers.lifecycle.clone(),
            short: Semaphore::new(cpus * SHORT_PER_CPU),
            limits,
            liveness,
            pool: Pool::new(workers),
        }
    }

    /// Whether this is the target of liveness probes, which have slots and an instance of their own. The body of the
    /// response holds the slot, so drop it as soon as possible.
    pub(crate) fn is_vital(&self, target: &Uri) -> bool {
        target.path() == self.liveness
    }

    /// Returns the component's response once its head is there; the body may still be on its way.
    pub(crate) async fn answer(&self, request: Request<WasiBody>) -> Result<Response<WasiBody>, Problem> {
        let vital = self.is_vital(request.uri());
        let mut place = self.place(vital).await?;
        let mut answering = pin!(self.pool.answer(request, vital));
        let answered = if vital {
            answering.await
        } else {
            let short = self.short.acquire().await.map_err(|_| Problem::Overloaded)?;
            tokio::select! {
                biased;
                answered = &mut answering => answered,
                () = sleep(SLOT_TIME) => {
                    drop(short);
                    answering.await
                }
            }
        };
        let (mut response, instance) = answered?;
        if is_stream(&response) {
            place._stream = Some(Arc::clone(&self.streams).try_acquire_owned().map_err(|_| Problem::Overloaded)?);
            // It would not end by itself within the time that a shutdown has.
            response = response.map(|body| ending_with(body, self.lifecycle.closing()));
        }
        Ok(response.map(|body| holding_until_sent(body, (place, instance))))
    }

    async fn place(&self, vital: bool) -> Result<Place, Problem> {
        let room = Arc::clone(if vital { &self.alive } else { &self.room }).acquire_owned();
        let Ok(Ok(room)) = timeout(self.limits.queue_time, room).await else { return Err(Problem::Overloaded) };
        let bytes = match self.budget.hold(Purpose::Answers, MAX_IN_TRANSIT) {
            None if !vital => return Err(Problem::Overloaded),
            bytes => bytes,
        };
        Ok(Place { _room: room, _bytes: bytes, _stream: None })
    }
}

/// Whether the response is a stream of events, which does not end by itself.
fn is_stream(response: &Response<WasiBody>) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}
