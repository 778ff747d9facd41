//! Shutdown on signals.

use std::io;
use tokio::signal::unix::{SignalKind, signal};

/// Resolves at SIGTERM or SIGINT; a second signal ends the process at once.
pub(super) fn requested() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "stopping: finishing requests in flight");
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            #[expect(clippy::exit, reason = "a second signal ends the process at once")]
            std::process::exit(130);
        });
    })
}
