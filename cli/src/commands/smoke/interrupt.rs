//! Being told to stop, without leaving anything behind.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::Exit;
use crate::failure::{Failure, chain};

/// Remembers that SIGINT or SIGTERM came. A request under way is not dropped: the hub would finish it all the same, and nobody would
/// know what to clean up.
pub(super) struct Interrupt {
    terminate: Signal,
    interrupt: Signal,
    came: bool,
}

impl Interrupt {
    /// From now on the signals end nothing by themselves.
    pub(super) fn listen() -> Result<Self, Failure> {
        let listener = |kind| {
            signal(kind).map_err(|error: io::Error| {
                Failure::new(Exit::Refused, "the program cannot listen for signals")
                    .because(chain(&error))
                    .hint("try again in a while")
            })
        };
        let (terminate, interrupt) = (listener(SignalKind::terminate())?, listener(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt, came: false })
    }

    /// Refuses to go on once a signal came.
    pub(super) async fn check(&mut self) -> Result<(), Failure> {
        if !self.came {
            self.came = tokio::select! {
                biased;
                _ = self.terminate.recv() => true,
                _ = self.interrupt.recv() => true,
                () = std::future::ready(()) => false,
            };
        }
        if self.came { Err(Failure::new(Exit::Refused, "interrupted").hint("run it again")) } else { Ok(()) }
    }
}
