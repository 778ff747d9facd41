//! Drives the real binary against a scripted hub.

mod connection;
mod machine_output;
mod reading;
mod refusals;
mod support;
mod terminal;
mod usage;
mod writing;
