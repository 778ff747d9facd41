//! The log of a running hub.
//!
//! Access lines are buffered and written together, because a system call for each would cost more than the request. All other lines are
//! written at once, together with the buffered lines.

use crate::args::{LogFormat, LogLevel};
use std::io::{self, Write as _};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// The target of access lines, one per request.
const ACCESS: &str = "access";

/// How long access lines are buffered.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

/// Maximum number of buffered bytes.
const MAX_BUFFERED_BYTES: usize = 256 << 10;

/// Sends the program's log to standard error. A second call has no effect.
pub(crate) fn start(format: LogFormat, level: LogLevel) {
    let log =
        tracing_subscriber::fmt().with_writer(&LOG).with_ansi(false).with_target(false).with_max_level(max(level));
    let started = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    if started.is_ok() {
        // Without the thread, access lines are written when the buffer is full or another line is logged.
        let _ = thread::Builder::new().name("log".into()).spawn(|| LOG.write_from_time_to_time());
    }
}

fn max(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    }
}

/// Writes the buffered lines.
pub(crate) fn finish() {
    LOG.write_pending();
}

static LOG: Log = Log { pending: Mutex::new(Vec::new()), begun: Condvar::new(), writing: Mutex::new(Vec::new()) };

struct Log {
    pending: Mutex<Vec<u8>>,
    /// Signals that `pending` is no longer empty.
    begun: Condvar,
    /// The lines that are being written; locked while they are written, so that lines keep their order.
    writing: Mutex<Vec<u8>>,
}

impl Log {
    fn write_pending(&self) {
        let mut writing = lock(&self.writing);
        writing.clear();
        std::mem::swap(&mut *writing, &mut *lock(&self.pending));
        // There is nowhere to report that the log cannot be written.
        let _ = io::stderr().write_all(&writing);
    }

    fn write_from_time_to_time(&self) {
        loop {
            let pending = lock(&self.pending);
            drop(self.begun.wait_while(pending, |pending| pending.is_empty()));
            thread::sleep(FLUSH_INTERVAL);
            self.write_pending();
        }
    }
}

fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> MakeWriter<'a> for &'static Log {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { may_wait: false }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line {
        Line { may_wait: metadata.target() == ACCESS }
    }
}

/// Collects one line.
struct Line {
    may_wait: bool,
}

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut pending = lock(&LOG.pending);
        let begins = pending.is_empty();
        pending.extend_from_slice(bytes);
        let full = pending.len() >= MAX_BUFFERED_BYTES;
        drop(pending);
        if full || !self.may_wait {
            LOG.write_pending();
        } else if begins {
            LOG.begun.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
