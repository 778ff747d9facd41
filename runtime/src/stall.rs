//! How long a client may keep a connection without getting on.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// From the first byte of a request head to its last.
    pub(crate) head: Duration,
    /// Between an answer and the next request.
    pub(crate) idle: Duration,
    /// Between two pieces of an answer.
    pub(crate) write: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No request has begun since.
    Idle(Instant),
    /// The first bytes of a request head came then.
    Head(Instant),
    /// A request is being answered; its body has a time limit of its own.
    Busy,
}

/// Where a connection stands, said by whoever answers its requests.
#[derive(Debug, Clone)]
pub(crate) struct Turn(Arc<Mutex<Phase>>);

impl Turn {
    pub(crate) fn new() -> Self {
        // Whoever connects is about to ask.
        Self(Arc::new(Mutex::new(Phase::Head(Instant::now()))))
    }

    /// A request head has arrived.
    pub(crate) fn begin(&self) {
        self.set(Phase::Busy);
    }

    /// The answer is there.
    pub(crate) fn end(&self) {
        self.set(Phase::Idle(Instant::now()));
    }

    fn get(&self) -> Phase {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, phase: Phase) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }
}

/// A stream that fails once its client has taken too long.
pub(crate) struct Impatient<S> {
    stream: S,
    patience: Patience,
    turn: Turn,
    /// Not set anew for each request: when it fires, it is looked up when it should have.
    reading: Option<Pin<Box<Sleep>>>,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Impatient<S> {
    pub(crate) fn new(stream: S, patience: Patience, turn: Turn) -> Self {
        Self { stream, patience, turn, reading: None, stalled: None }
    }

    /// Until when the next bytes have to come; `None` while a request is being answered.
    fn deadline(&self) -> Option<Instant> {
        match self.turn.get() {
            Phase::Idle(since) => Some(since + self.patience.idle),
            Phase::Head(since) => Some(since + self.patience.head),
            Phase::Busy => None,
        }
    }

    fn watch_reading(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        loop {
            let Some(deadline) = self.deadline() else { return Poll::Pending };
            let left = deadline.saturating_duration_since(Instant::now());
            let reading = self.reading.get_or_insert_with(|| Box::pin(sleep(left)));
            // One that is set for later would miss the deadline.
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

    fn watch_writing<T>(&mut self, context: &mut Context<'_>, progress: Poll<Result<T>>) -> Poll<Result<T>> {
        if progress.is_ready() {
            self.stalled = None;
            return progress;
        }
        let patience = self.patience.write;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client stopped reading")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_read(context, buffer);
        if progress.is_pending() {
            return self.watch_reading(context);
        }
        if let Phase::Idle(_) = self.turn.get() {
            self.turn.set(Phase::Head(Instant::now()));
        }
        progress
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch_writing(context, progress)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
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
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn a_write_fails_only_when_nothing_is_read() {
        let (near, mut far) = duplex(4);
        let patience = Patience { head: LONG, idle: LONG, write: SHORT };
        let mut near = Impatient::new(near, patience, Turn::new());
        let mut read = [0; 8];
        let (written, read) = tokio::join!(near.write_all(b"wellread"), far.read_exact(&mut read));
        written.unwrap();
        assert_eq!(read.unwrap(), 8);
        near.write_all(b"full").await.unwrap();
        assert_eq!(near.write(b"more").await.unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_head_has_to_be_whole_in_its_time_however_often_a_byte_comes() {
        let (near, mut far) = duplex(64);
        let mut near = Impatient::new(near, Patience { head: SHORT, idle: LONG, write: LONG }, Turn::new());
        let started = Instant::now();
        let trickle = async {
            // Ends when the other side gives up.
            while far.write_all(b"x").await.is_ok() {
                tokio::time::sleep(SHORT / 10).await;
            }
        };
        let read = async move {
            loop {
                if let Err(error) = near.read_u8().await {
                    return error;
                }
            }
        };
        let (error, ()) = tokio::join!(read, trickle);
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(started.elapsed() >= SHORT);
    }

    #[tokio::test]
    async fn an_idle_connection_is_kept_longer_than_one_that_has_begun_to_ask() {
        let (near, mut far) = duplex(64);
        let turn = Turn::new();
        let mut near = Impatient::new(near, Patience { head: SHORT, idle: 4 * SHORT, write: LONG }, turn.clone());
        turn.begin();
        assert!(tokio::time::timeout(2 * SHORT, near.read_u8()).await.is_err(), "while it is answered it has time");
        turn.end();
        assert!(tokio::time::timeout(2 * SHORT, near.read_u8()).await.is_err(), "longer than for a head");
        far.write_all(b"x").await.unwrap();
        near.read_u8().await.unwrap();
        let asked = Instant::now();
        assert_eq!(near.read_u8().await.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(asked.elapsed() < 3 * SHORT, "{:?}", asked.elapsed());
    }
}
