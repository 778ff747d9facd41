//! Turns the component's standard output and error into log lines.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

/// Longest line, in bytes; the rest is cut off.
const MAX_LINE: usize = 16 << 10;

#[derive(Clone, Copy)]
pub(crate) enum Level {
    Info,
    Warn,
}

#[derive(Clone)]
pub(crate) struct LogLines {
    level: Level,
    /// The line so far, shared by every stream that the component opens.
    line: Arc<Mutex<Vec<u8>>>,
}

impl LogLines {
    pub(crate) fn new(level: Level) -> Self {
        Self { level, line: Arc::default() }
    }

    fn write(&self, mut bytes: &[u8]) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            line.extend_from_slice(&bytes[..end]);
            self.emit(&mut line);
            bytes = &bytes[end + 1..];
        }
        line.extend_from_slice(bytes);
        if line.len() > MAX_LINE {
            self.emit(&mut line);
        }
    }

    fn emit(&self, line: &mut Vec<u8>) {
        line.truncate(MAX_LINE);
        let text = String::from_utf8_lossy(line);
        match self.level {
            Level::Info => tracing::info!(target: "component", "{text}"),
            Level::Warn => tracing::warn!(target: "component", "{text}"),
        }
        line.clear();
    }
}

impl IsTerminal for LogLines {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogLines {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for LogLines {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
