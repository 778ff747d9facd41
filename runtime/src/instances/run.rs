//! The life of one instance.

use super::expiry::{Expiry, Status};
use super::memory::Memory;
use super::seat::{Job, Seat};
use super::seats::Place;
use super::state::State;
use super::workers::Workers;
use crate::budget::Purpose;
use crate::limits::Limits;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Instant;
use tokio::time::sleep;
use wasmtime::component::{Accessor, Func};
use wasmtime::{AsContextMut as _, Error, Result, Store, UpdateDeadline};
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::handler::{Prepared, Proxy};

/// What an instance is doing, and since when.
type Doing = Mutex<(Status, Instant)>;

/// Runs an instance until it must end or is no longer needed.
pub(super) async fn run(workers: std::sync::Arc<Workers>, place: Place) {
    let (mut store, proxy) = match instantiate(&workers, &place.seat).await {
        Ok(made) => made,
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "cannot create another instance of the component");
            return;
        }
    };
    workers.metrics.instances.inc();
    let ended = live(&workers, &place, &mut store, &proxy).await;
    workers.metrics.instances.dec();
    if let Err(error) = ended {
        workers.metrics.instances_failed.inc();
        tracing::error!(error = format!("{error:#}"), "an instance of the component failed and is replaced");
    }
}

async fn instantiate(workers: &Workers, seat: &Seat) -> Result<(Store<State>, Proxy)> {
    // A reservation of nothing always succeeds.
    let held = workers.budget.hold(Purpose::Instances, 0).ok_or_else(|| Error::msg("no memory is left"))?;
    let (limit, vital, gauge) = (workers.limits.instance_memory, seat.vital, seat.memory.clone());
    let state = State::new(&workers.services, Memory { held, limit, vital, gauge }, workers.lifecycle.guard());
    let mut store = Store::new(&workers.engine, state);
    store.limiter_async(State::memory);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|context| {
        context.data().ticks().fetch_add(1, Ordering::Relaxed);
        Ok(UpdateDeadline::Yield(1))
    });
    let proxy = workers.component.instantiate_async(&mut store).await?;
    Ok((store, proxy))
}

async fn live(workers: &Workers, place: &Place, store: &mut Store<State>, proxy: &Proxy) -> Result<()> {
    let (seat, limits) = (&*place.seat, &*workers.limits);
    let doing = Doing::new((Status::Idle, Instant::now()));
    let mut expiry = Expiry::new(limits, &workers.lifecycle, store.data().ticks().clone());
    let mut work = pin!(store.run_concurrent(async |accessor: &Accessor<State>| {
        let mut work = Work { seat, limits, proxy, doing: &doing, served: 0 };
        work.run(accessor).await
    }));
    // The time limits are checked out here: while the component computes, nothing inside gets a turn.
    poll_fn(|context| {
        seat.mark_active();
        if let Poll::Ready(ended) = work.as_mut().poll(context) {
            return Poll::Ready(ended.flatten());
        }
        let (status, since) = *lock(&doing);
        let since = match status {
            Status::AfterAnswers => seat.all_sent_since().map(|ended| ended.max(since)),
            _ => Some(since),
        };
        if expiry.poll(context, status, since).is_ready() {
            return Poll::Ready(match status {
                Status::Idle => Ok(()),
                Status::Requests | Status::AfterAnswers => {
                    seat.expire();
                    Err(wasmtime::Error::msg("the instance ran out of time"))
                }
            });
        }
        if expiry.is_computing() {
            // It may have finished in this very turn: the next turn shows.
            context.waker().wake_by_ref();
        } else if seat.rest() {
            place.offer();
        }
        Poll::Pending
    })
    .await
}

/// The work inside an instance.
struct Work<'a> {
    seat: &'a Seat,
    limits: &'a Limits,
    proxy: &'a Proxy,
    doing: &'a Doing,
    served: usize,
}

impl Work<'_> {
    async fn run(&mut self, accessor: &Accessor<State>) -> Result<()> {
        let Some(handle) = handle(self.proxy) else {
            return Err(wasmtime::Error::msg("the component is not an HTTP service of WASI 0.3"));
        };
        let mut requests = FuturesUnordered::new();
        poll_fn(|context| {
            loop {
                // Requests in progress come first: an instance that ran out of time accepts no new ones.
                while let Poll::Ready(Some(ended)) = requests.poll_next_unpin(context) {
                    let answered: bool = ended?;
                    self.seat.end();
                    if !answered {
                        self.seat.retire();
                    }
                    if requests.is_empty() {
                        self.set(Status::AfterAnswers);
                    }
                }
                self.seat.register(context.waker());
                let takes = accessor.poll_ready_for_concurrent_call(handle, context).is_ready() && !self.is_worn();
                if takes && let Some(job) = self.seat.take() {
                    self.served += 1;
                    self.seat.begin();
                    self.set(Status::Requests);
                    requests.push(self.answer(accessor, job));
                    continue;
                }
                if !requests.is_empty() || accessor.poll_no_interesting_tasks(context).is_pending() {
                    return Poll::Pending;
                }
                if self.is_worn() {
                    return Poll::Ready(Ok(()));
                }
                if lock(self.doing).0 != Status::Idle {
                    self.set(Status::Idle);
                }
                return Poll::Pending;
            }
        })
        .await
    }

    /// Whether the instance accepts no more requests. A large one would otherwise keep its memory for ever.
    fn is_worn(&self) -> bool {
        let seat = self.seat;
        if self.served >= self.limits.instance_reuse
            || (self.served > 0 && seat.memory.bytes() > self.limits.instance_retires_at)
        {
            seat.retire();
        }
        seat.is_retired()
    }

    /// Resolves to whether the component responded in time.
    fn answer<'a>(
        &self,
        accessor: &'a Accessor<State>,
        Job { request, begun, answer, .. }: Job,
    ) -> Pin<Box<dyn Future<Output = Result<bool>> + Send + 'a>>
    where
        Self: 'a,
    {
        _ = begun.send(Ok(()));
        let proxy = self.proxy;
        let prepared =
            accessor.with(|mut store| Prepared::new(store.as_context_mut(), proxy, *request, State::http, answer));
        let time = self.limits.request_time;
        Box::pin(async move { prepared?.run(accessor, sleep(time)).await })
    }

    fn set(&self, status: Status) {
        *lock(self.doing) = (status, Instant::now());
    }
}

fn handle(proxy: &Proxy) -> Option<Func> {
    match proxy {
        Proxy::P3(service) => Some(*service.wasi_http_handler().func_handle().func()),
        Proxy::P2(_) => None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
