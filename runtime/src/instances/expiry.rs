//! Decides when an instance must end.

use crate::limits::Limits;
use crate::shutdown::Lifecycle;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::{Sleep, sleep};

/// How much longer the outer time limit is than the inner one, which ends a request without ending its instance.
const OUTER_GRACE: Duration = Duration::from_secs(1);

/// What an instance is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing.
    Idle,
    /// It works on requests that have no response yet.
    Requests,
    /// All requests have a response; the instance writes bodies or does its work after a response.
    AfterAnswers,
}

/// The outer time limit: it applies even while the component computes without a pause, and ends the whole instance.
pub(super) struct Expiry {
    idle: Duration,
    requests: Duration,
    after_answers: Duration,
    timer: Pin<Box<Sleep>>,
    closing: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
    closed: bool,
    computing: Computing,
}

/// Counts the ticks for which the component has computed without a pause. It counts ticks, not time, because a busy
/// machine spends much of the time on other work.
struct Computing {
    ticks: Arc<AtomicU64>,
    seen: u64,
    in_a_row: u64,
    limit: u64,
}

impl Computing {
    /// Call it whenever the component yields. If no tick came since the last call, it yielded by itself.
    fn is_over(&mut self) -> bool {
        let ticks = self.ticks.load(Ordering::Relaxed);
        self.in_a_row = if ticks == self.seen { 0 } else { self.in_a_row + (ticks - self.seen) };
        self.seen = ticks;
        self.in_a_row > self.limit
    }
}

impl Expiry {
    pub(super) fn new(limits: &Limits, lifecycle: &Lifecycle, ticks: Arc<AtomicU64>) -> Self {
        Self {
            idle: limits.idle_time,
            requests: limits.request_time + OUTER_GRACE,
            after_answers: limits.post_return_time,
            timer: Box::pin(sleep(limits.idle_time)),
            closing: Box::pin(lifecycle.closing()),
            closed: false,
            computing: Computing { ticks, seen: 0, in_a_row: 0, limit: limits.computing_ticks },
        }
    }

    /// Poll it after each turn of the instance, whose status has not changed since `since`; `None` sets no time limit.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, status: Status, since: Option<Instant>) -> Poll<()> {
        self.closed = self.closed || self.closing.as_mut().poll(context).is_ready();
        if self.computing.is_over() {
            return Poll::Ready(());
        }
        let allowed = match status {
            Status::Idle if self.closed => return Poll::Ready(()),
            Status::Idle => self.idle,
            Status::Requests => self.requests,
            Status::AfterAnswers => self.after_answers,
        };
        let Some(since) = since else { return Poll::Pending };
        let deadline = (since + allowed).into();
        if self.timer.deadline() != deadline {
            self.timer.as_mut().reset(deadline);
        }
        self.timer.as_mut().poll(context)
    }

    /// Whether the component was interrupted in its last turn and has not finished computing.
    pub(super) fn is_computing(&self) -> bool {
        self.computing.in_a_row > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::task::noop_waker_ref;

    struct Subject {
        expiry: Expiry,
        ticks: Arc<AtomicU64>,
        lifecycle: Lifecycle,
    }

    fn subject(limits: &Limits) -> Subject {
        let (ticks, lifecycle) = (Arc::default(), Lifecycle::new());
        Subject { expiry: Expiry::new(limits, &lifecycle, Arc::clone(&ticks)), ticks, lifecycle }
    }

    impl Subject {
        fn is_over(&mut self, status: Status, age: Duration) -> bool {
            let since = Instant::now().checked_sub(age);
            self.expiry.poll(&mut Context::from_waker(noop_waker_ref()), status, since).is_ready()
        }
    }

    #[tokio::test]
    async fn each_status_has_its_time() {
        // Hours, so that the duration of the test does not matter.
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let limits =
            Limits { idle_time: hours(2), request_time: hours(4), post_return_time: hours(6), ..Limits::default() };
        for (status, time) in [(Status::Idle, 2), (Status::Requests, 4), (Status::AfterAnswers, 6)] {
            let mut subject = subject(&limits);
            assert!(!subject.is_over(status, hours(time - 1)), "{status:?}");
            assert!(subject.is_over(status, hours(time + 1)), "{status:?}");
        }
    }

    #[tokio::test]
    async fn as_long_as_a_body_is_taken_there_is_no_end() {
        let mut subject = subject(&Limits { post_return_time: Duration::ZERO, ..Limits::default() });
        let context = &mut Context::from_waker(noop_waker_ref());
        assert!(subject.expiry.poll(context, Status::AfterAnswers, None).is_pending());
        assert!(subject.is_over(Status::AfterAnswers, Duration::from_secs(1)));
    }

    #[tokio::test]
    async fn computing_without_a_pause_has_an_end() {
        let mut subject = subject(&Limits { computing_ticks: 2, ..Limits::default() });
        let now = Duration::ZERO;
        assert!(!subject.is_over(Status::Requests, now) && !subject.expiry.is_computing(), "no tick came");
        for _ in 0..2 {
            subject.ticks.fetch_add(1, Ordering::Relaxed);
            assert!(!subject.is_over(Status::Requests, now) && subject.expiry.is_computing());
        }
        assert!(!subject.is_over(Status::Requests, now) && !subject.expiry.is_computing(), "the component paused");
        for tick in 1..=3 {
            subject.ticks.fetch_add(1, Ordering::Relaxed);
            assert_eq!(subject.is_over(Status::Requests, now), tick == 3, "ticks came between all polls");
        }
    }

    #[tokio::test]
    async fn a_shutdown_ends_idle_instances_only() {
        let mut subject = subject(&Limits::default());
        subject.lifecycle.close(Duration::ZERO).await;
        assert!(!subject.is_over(Status::Requests, Duration::ZERO));
        assert!(!subject.is_over(Status::AfterAnswers, Duration::ZERO));
        assert!(subject.is_over(Status::Idle, Duration::ZERO));
    }
}
