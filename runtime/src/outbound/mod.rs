//! Outbound HTTP: `wasi:http/client` on one pooled client, within the limits of the manifest and the address policy.

mod address;
mod body;
mod client;
mod connect;
mod error;
mod proxy;
mod resolver;
mod send;

pub use address::{networks_never_reached, private_networks};
pub(crate) use client::Client;
pub(crate) use send::Outbound;

#[cfg(test)]
mod tests;
