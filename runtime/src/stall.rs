//! Limits how long a client may hold a connection without making progress.

use crate::framing::{Lengths, Scanner};
use futures::task::AtomicWaker;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The time limits for a client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// From the first byte of a request head to its last.
    pub(crate) head: Duration,
    /// Between the last byte of a response that the client read and the next request.
    pub(crate) idle: Duration,
    /// Between two moments at which the socket accepts bytes of a response.
    pub(crate) write: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Idle since this time.
    Idle(Instant),
    /// The first bytes of a request head arrived at this time.
    Head(Instant),
    /// A request is being processed. Its body has a time limit of its own.
    Busy,
}

/// The phase of a connection, set by the code that serves its requests.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionPhase(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    phase: Mutex<Phase>,
    /// The task that waits for the next request. It is woken when a response has been sent,
    /// since its time limit starts then.
    reader: AtomicWaker,
}

impl ConnectionPhase {
    pub(crate) fn new() -> Self {
        // A client that connects is about to send a request.
        Self(Arc::new(Shared { phase: Mutex::new(Phase::Head(Instant::now())), reader: AtomicWaker::new() }))
    }

    /// Marks the arrival of a request head. The request is in progress until the returned guard is dropped.
    pub(crate) fn begin(&self) -> Busy {
        self.set(Phase::Busy);
        Busy(self.clone())
    }

    /// Whether the connection is between a response and the next request.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.get(), Phase::Idle(_))
    }

    /// Notes that the client read bytes of a response.
    fn taken(&self) {
        if let Phase::Idle(_) = self.get() {
            self.set(Phase::Idle(Instant::now()));
        }
    }

    fn get(&self) -> Phase {
        *self.0.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, phase: Phase) {
        *self.0.phase.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }
}

/// A request in progress. Drop it when the last byte of the response was written or the response was abandoned.
#[derive(Debug)]
pub(crate) struct Busy(ConnectionPhase);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.set(Phase::Idle(Instant::now()));
        self.0.0.reader.wake();
    }
}

/// A stream that fails when its client exceeds a time limit.
pub(crate) struct DeadlineStream<S> {
    stream: S,
    patience: Patience,
    phase: ConnectionPhase,
    scanner: Scanner,
    /// The read timer. It is not reset for each request; when it fires, the deadline is checked again.
    reading: Option<Pin<Box<Sleep>>>,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> DeadlineStream<S> {
    pub(crate) fn new(stream: S, patience: Patience, phase: ConnectionPhase, lengths: Lengths) -> Self {
        Self { stream, patience, phase, scanner: Scanner::new(lengths), reading: None, stalled: None }
    }

    /// The deadline for the next bytes; `None` while a request is being processed.
    fn deadline(&self) -> Option<Instant> {
        match self.phase.get() {
            Phase::Idle(since) => Some(since + self.patience.idle),
            Phase::Head(since) => Some(since + self.patience.head),
            Phase::Busy => None,
        }
    }

    fn watch_reading(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        loop {
            // While the client has unread data, only the write limit applies.
            if self.stalled.is_some() {
                return Poll::Pending;
            }
            // Registered before the check: a response may end between the two.
            self.phase.0.reader.register(context.waker());
            let Some(deadline) = self.deadline() else { return Poll::Pending };
            let left = deadline.saturating_duration_since(Instant::now());
            let reading = self.reading.get_or_insert_with(|| Box::pin(sleep(left)));
            // A timer set for a later time would miss the deadline.
            if reading.deadline().into_std() > deadline {
                reading.as_mut().reset(deadline.into());
            }
            ready!(reading.as_mut().poll(context));
            self.reading = None;
            if left.is_zero() {
                return Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client sent no request")));
            }
        }
    }

    fn note_taken(&self, progress: &Poll<Result<usize>>) {
        if matches!(progress, Poll::Ready(Ok(1..))) {
            self.phase.taken();
        }
    }

    fn watch_writing<T>(&mut self, context: &mut Context<'_>, progress: Poll<Result<T>>) -> Poll<Result<T>> {
        if progress.is_ready() {
            if self.stalled.take().is_some() {
                // The read limit was not checked meanwhile.
                context.waker().wake_by_ref();
            }
            return progress;
        }
        let patience = self.patience.write;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client stopped reading")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for DeadlineStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let progress = Pin::new(&mut self.stream).poll_read(context, buffer);
        if progress.is_pending() {
            return self.watch_reading(context);
        }
        self.scanner.feed(&buffer.filled()[before..]);
        if let Phase::Idle(_) = self.phase.get() {
            self.phase.set(Phase::Head(Instant::now()));
        }
        progress
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for DeadlineStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_taken(&progress);
        self.watch_writing(context, progress)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.note_taken(&progress);
        self.watch_writing(context, progress)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_flush(context);
        self.watch_writing(context, progress)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::poll;
    use std::pin::pin;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    /// Longer than any run of these tests: a limit of this length never expires here.
    const LONG: Duration = Duration::from_secs(3600);
    /// A limit of zero expires at the first check.
    const NONE: Duration = Duration::ZERO;

    fn stream(
        patience: Patience,
        phase: &ConnectionPhase,
    ) -> (DeadlineStream<tokio::io::DuplexStream>, tokio::io::DuplexStream) {
        let (near, far) = duplex(4);
        (DeadlineStream::new(near, patience, phase.clone(), Lengths::default()), far)
    }

    #[tokio::test]
    async fn a_write_fails_only_when_nothing_is_read() {
        let (mut near, mut far) = stream(Patience { head: LONG, idle: LONG, write: LONG }, &ConnectionPhase::new());
        let mut read = [0; 8];
        let (written, read) = tokio::join!(near.write_all(b"wellread"), far.read_exact(&mut read));
        written.unwrap();
        assert_eq!(read.unwrap(), 8);
        near.patience.write = NONE;
        near.write_all(b"full").await.unwrap();
        assert_eq!(near.write(b"more").await.unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_head_has_to_be_whole_in_its_time_however_often_a_byte_comes() {
        let (mut near, mut far) = stream(Patience { head: NONE, idle: LONG, write: LONG }, &ConnectionPhase::new());
        far.write_all(b"x").await.unwrap();
        near.read_u8().await.unwrap();
        assert_eq!(near.read_u8().await.unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_connection_is_idle_between_messages_alone() {
        let phase = ConnectionPhase::new();
        let (mut near, mut far) = stream(Patience { head: LONG, idle: NONE, write: LONG }, &phase);
        let busy = phase.begin();
        assert!(poll!(pin!(near.read_u8())).is_pending(), "no read limit while a request is processed");
        near.write_all(b"head").await.unwrap();
        drop(busy);
        assert!(poll!(pin!(near.write(b"rest"))).is_pending(), "the client has not read yet");
        assert!(poll!(pin!(near.read_u8())).is_pending(), "the response is not complete");
        far.read_exact(&mut [0; 4]).await.unwrap();
        near.write_all(b"rest").await.unwrap();
        assert_eq!(near.read_u8().await.unwrap_err().kind(), ErrorKind::TimedOut, "now the response is complete");
    }

    #[tokio::test]
    async fn what_is_taken_counts_as_a_sign_of_life() {
        let phase = ConnectionPhase::new();
        let (mut near, _far) = stream(Patience { head: LONG, idle: LONG, write: LONG }, &phase);
        let long_ago = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        phase.set(Phase::Idle(long_ago));
        near.write_all(b"rest").await.unwrap();
        assert!(matches!(phase.get(), Phase::Idle(since) if since > long_ago));
    }

    #[tokio::test]
    async fn an_idle_connection_has_another_time_than_one_that_has_begun_to_ask() {
        let phase = ConnectionPhase::new();
        let (mut near, mut far) = stream(Patience { head: NONE, idle: LONG, write: LONG }, &phase);
        drop(phase.begin());
        assert!(poll!(pin!(near.read_u8())).is_pending());
        far.write_all(b"x").await.unwrap();
        near.read_u8().await.unwrap();
        assert_eq!(near.read_u8().await.unwrap_err().kind(), ErrorKind::TimedOut);
    }
}
