//! Interrupts the check without leaving anything behind.

use crate::exit::Exit;
use crate::failure::{Failure, chain};
use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Remembers a SIGINT or SIGTERM. A request in flight is not cancelled: the hub would still finish it, and it would be unclear what to
/// clean up.
pub(super) struct Interrupt {
    terminate: Signal,
    interrupt: Signal,
    came: bool,
}

impl Interrupt {
    /// Catches the signals, which then no longer end the process.
    pub(super) fn listen() -> Result<Self, Failure> {
        let listener = |kind| {
            signal(kind).map_err(|error: io::Error| {
                Failure::new(Exit::Refused, "the program cannot listen for signals")
                    .because(chain(&error))
                    .hint("try again later")
            })
        };
        let (terminate, interrupt) = (listener(SignalKind::terminate())?, listener(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt, came: false })
    }

    /// Fails once a signal has arrived.
    pub(super) async fn check(&mut self) -> Result<(), Failure> {
        if !self.came {
            self.came = tokio::select! {
                biased;
                _ = self.terminate.recv() => true,
                _ = self.interrupt.recv() => true,
                () = std::future::ready(()) => false,
            };
        }
        if self.came { Err(Failure::new(Exit::Refused, "interrupted").hint("run the command again")) } else { Ok(()) }
    }
}
