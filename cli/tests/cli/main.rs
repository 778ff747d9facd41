//! Drives the real binary against a scripted hub.

#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a helper that panics fails its test")]

mod connection;
mod machine_output;
mod reading;
mod refusals;
mod support;
mod terminal;
mod usage;
mod writing;
