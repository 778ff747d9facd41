//! The Model Context Protocol over streamable HTTP, stateless: one POST, one JSON answer.
//!
//! `rmcp` provides the protocol's types. Its HTTP server needs a tokio runtime, which a component does not have, so the exchange is
//! implemented here. `endpoint` is HTTP, `message` JSON-RPC, `revision` the rules that depend on the protocol's revision, `methods` the
//! methods, and `tools` the tools, one file each.

mod budget;
mod endpoint;
mod message;
mod methods;
mod revision;
mod schema;
mod tools;

pub use endpoint::{__path_endpoint, endpoint};
