//! From a request to an instance and back, within the limits of the server.

use crate::limits::Limits;
use crate::problem::Problem;
use crate::worker::Workers;
use http::{Request, Response};
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, ProxyHandler};

/// After this time a request waits for something rather than computes, and no longer keeps others out.
const SHORT: Duration = Duration::from_millis(5);

/// Short requests at work for each processor. Each may need an instance of its own, with its own caches: more of them would
/// only cost memory.
const SHORT_PER_CPU: usize = 2;

/// Places for those who ask whether the server is alive.
const ALIVE: usize = 8;

/// For an instance to come free.
const RETRY: Duration = Duration::from_millis(100);

pub(crate) struct Dispatch {
    handler: ProxyHandler<Workers>,
    limits: Arc<Limits>,
    room: Semaphore,
    alive: Semaphore,
    short: Semaphore,
    /// Where that is asked. An orchestrator that gets no answer there ends the server, and has everybody come back at once.
    liveness: String,
}

impl Dispatch {
    pub(crate) fn new(workers: Workers, liveness: String) -> Self {
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        let limits = Arc::clone(&workers.limits);
        Self {
            handler: ProxyHandler::new(workers),
            room: Semaphore::new(limits.requests),
            alive: Semaphore::new(ALIVE),
            short: Semaphore::new(cpus * SHORT_PER_CPU),
            limits,
            liveness,
        }
    }

    /// The answer of the component, up to its head; the body may still be on its way.
    pub(crate) async fn answer(&self, request: Request<WasiBody>) -> Result<Response<WasiBody>, Problem> {
        let started = Instant::now();
        let room = if request.uri().path() == self.liveness { &self.alive } else { &self.room };
        let Ok(Ok(_room)) = timeout(self.limits.queue_time, room.acquire()).await else {
            return Err(Problem::Overloaded);
        };
        let short = self.short.acquire().await.map_err(|_| Problem::Overloaded)?;
        let mut handling = pin!(self.handle(request));
        let result = tokio::select! {
            biased;
            result = &mut handling => result,
            () = sleep(SHORT) => {
                drop(short);
                handling.await
            }
        };
        result.map_err(|error| {
            if error.is::<InstantiationError<()>>() {
                return Problem::Overloaded;
            }
            tracing::error!(error = format!("{error:#}"), "the component gave no response");
            // An instance that computes without a pause is ended as a whole, and then nothing says why.
            let timed_out = error.is::<ExpirationError>() || started.elapsed() >= self.limits.computing_time;
            if timed_out { Problem::Timeout } else { Problem::InstanceFailed }
        })
    }

    /// Asks again if there was no room for one more instance: by then another one may be free.
    async fn handle(&self, request: Request<WasiBody>) -> wasmtime::Result<Response<WasiBody>> {
        match self.handler.handle((), request).await {
            Err(error) => {
                let InstantiationError { request, error, .. } = error.downcast::<InstantiationError<()>>()?;
                tracing::warn!(error = format!("{error:#}"), "no room for one more instance of the component");
                sleep(RETRY).await;
                self.handler.handle((), request.into_inner().unwrap_or_else(PoisonError::into_inner)).await
            }
            response => response,
        }
    }
}
