//! How instances come to be, how much each takes on, and when it has to go.

use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::shutdown::Lifecycle;
use crate::state::{Services, State};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::{Sleep, sleep};
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Result, Store, StoreContextMut, UpdateDeadline};
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};

/// What the outer time limit leaves to the inner one, which ends a request without ending its instance.
const GRACE: Duration = Duration::from_secs(1);

pub(crate) struct Workers {
    pub(crate) engine: Engine,
    pub(crate) component: ProxyPre<State>,
    pub(crate) services: Services,
    pub(crate) limits: Arc<Limits>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) metrics: Arc<Metrics>,
}

impl HandlerState for Workers {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> Result<Instance<State, Expiration, Worker>> {
        let state = State::new(&self.services, &self.limits, self.lifecycle.guard());
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| state.limits());
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|context| {
            context.data().ticks().fetch_add(1, Ordering::Relaxed);
            Ok(UpdateDeadline::Yield(1))
        });
        let ticks = Arc::clone(store.data().ticks());
        let proxy = self.component.instantiate_async(&mut store).await?;
        self.metrics.instances.inc();
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Expiration::new(Arc::clone(&self.limits), &self.lifecycle, ticks),
            state: Worker { limits: Arc::clone(&self.limits), metrics: Arc::clone(&self.metrics) },
        })
    }
}

pub(crate) struct Worker {
    limits: Arc<Limits>,
    metrics: Arc<Metrics>,
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.limits.instance_reuse {
            ShouldAccept::Never
        } else if concurrent >= self.limits.requests_per_instance as usize {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        Box::pin(sleep(self.limits.request_time))
    }

    fn drop(&self, _: Store<State>, result: Result<()>) {
        self.metrics.instances.dec();
        if let Err(error) = result {
            self.metrics.instances_failed.inc();
            tracing::error!(error = format!("{error:#}"), "an instance of the component failed and is replaced");
        }
    }
}

/// The outer time limit: it holds even while the component computes without a pause, and ends the whole instance.
pub(crate) struct Expiration {
    limits: Arc<Limits>,
    timer: Pin<Box<Sleep>>,
    closing: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
    closed: bool,
    computing: Computing,
}

/// Since when the component has computed without a pause.
struct Computing {
    ticks: Arc<AtomicU64>,
    seen: u64,
    since: Option<Instant>,
}

impl Computing {
    /// To be asked whenever the component gives way. It does so of its own accord if no tick came since the last time.
    fn time(&mut self) -> Duration {
        let ticks = self.ticks.load(Ordering::Relaxed);
        if ticks == self.seen {
            self.since = None;
            return Duration::ZERO;
        }
        self.seen = ticks;
        self.since.get_or_insert_with(Instant::now).elapsed()
    }
}

impl Expiration {
    fn new(limits: Arc<Limits>, lifecycle: &Lifecycle, ticks: Arc<AtomicU64>) -> Self {
        Self {
            timer: Box::pin(sleep(limits.idle_time)),
            limits,
            closing: Box::pin(lifecycle.closing()),
            closed: false,
            computing: Computing { ticks, seen: 0, since: None },
        }
    }
}

impl WorkerExpiration for Expiration {
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>, status: WorkerStatus, start: Instant) -> Poll<()> {
        self.closed = self.closed || self.closing.as_mut().poll(context).is_ready();
        if self.computing.time() > self.limits.computing_time {
            return Poll::Ready(());
        }
        let allowed = match status {
            WorkerStatus::Idle if self.closed => return Poll::Ready(()),
            WorkerStatus::Idle => self.limits.idle_time,
            WorkerStatus::Requests => self.limits.request_time + GRACE,
            WorkerStatus::PostReturn => self.limits.post_return_time,
        };
        let deadline = (start + allowed).into();
        if self.timer.deadline() != deadline {
            self.timer.as_mut().reset(deadline);
        }
        self.timer.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::task::noop_waker_ref;

    struct Subject {
        expiration: Expiration,
        ticks: Arc<AtomicU64>,
        lifecycle: Lifecycle,
    }

    fn subject(limits: Limits) -> Subject {
        let (ticks, lifecycle) = (Arc::default(), Lifecycle::new());
        Subject { expiration: Expiration::new(Arc::new(limits), &lifecycle, Arc::clone(&ticks)), ticks, lifecycle }
    }

    impl Subject {
        fn is_over(&mut self, status: WorkerStatus, age: Duration) -> bool {
            let start = Instant::now() - age;
            Pin::new(&mut self.expiration).poll(&mut Context::from_waker(noop_waker_ref()), status, start).is_ready()
        }
    }

    #[tokio::test]
    async fn each_status_has_its_time() {
        let seconds = Duration::from_secs;
        for (status, time) in [
            (WorkerStatus::Idle, seconds(60)),
            (WorkerStatus::Requests, seconds(91)),
            (WorkerStatus::PostReturn, seconds(120)),
        ] {
            let mut subject = subject(Limits::default());
            assert!(!subject.is_over(status, time - seconds(5)), "{status:?}");
            assert!(subject.is_over(status, time + seconds(1)), "{status:?}");
        }
    }

    #[tokio::test]
    async fn computing_without_a_pause_has_an_end() {
        let mut subject = subject(Limits { computing_time: Duration::ZERO, ..Limits::default() });
        assert!(!subject.is_over(WorkerStatus::Requests, Duration::ZERO), "no tick came");
        subject.ticks.fetch_add(1, Ordering::Relaxed);
        subject.is_over(WorkerStatus::Requests, Duration::ZERO);
        subject.ticks.fetch_add(1, Ordering::Relaxed);
        assert!(subject.is_over(WorkerStatus::Requests, Duration::ZERO), "ticks came between all polls");
        assert!(!subject.is_over(WorkerStatus::Requests, Duration::ZERO), "the component paused");
    }

    #[tokio::test]
    async fn a_shutdown_ends_idle_instances_only() {
        let mut subject = subject(Limits::default());
        subject.lifecycle.close(Duration::ZERO).await;
        assert!(!subject.is_over(WorkerStatus::Requests, Duration::ZERO));
        assert!(!subject.is_over(WorkerStatus::PostReturn, Duration::ZERO));
        assert!(subject.is_over(WorkerStatus::Idle, Duration::ZERO));
    }
}
