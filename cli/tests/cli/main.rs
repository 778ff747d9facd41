//! Drives the real binary against a scripted hub.

#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a helper that panics fails its test")]

mod applying;
mod checking;
mod comparing;
mod composing;
mod connection;
mod diagnosing;
mod dogfood;
mod explaining;
mod from_git;
mod locking;
mod machine_output;
mod mirroring;
mod newer_hub;
mod reading;
mod refusals;
mod searching;
mod smoking;
mod support;
mod terminal;
mod tokens;
mod transparency;
mod usage;
mod validating;
mod verifying;
mod writing;
