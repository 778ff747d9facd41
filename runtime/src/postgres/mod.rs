//! `spin:postgres`: servers that the manifest grants as `postgres://host:port`, each behind a pool that rolls back what the component leaves open.
#![expect(clippy::result_large_err, reason = "the errors of the interface hold what the server said, and are rare")]

mod address;
mod client;
mod host;
mod pool;
mod probe;
mod session;
mod values;

pub use client::postgres_client;
pub(crate) use host::{Postgres, PostgresView};
pub(crate) use pool::Servers;
#[expect(unreachable_pub, reason = "the generated bindings re-export them")]
pub use pool::{Address, Lease};
pub(crate) use probe::Probe;
pub use probe::VersionQuery;

#[cfg(test)]
mod tests;
