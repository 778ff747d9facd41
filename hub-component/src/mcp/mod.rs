//! The Model Context Protocol over streamable HTTP, stateless: one POST, one JSON answer.
//!
//! `rmcp` has the protocol's types; its HTTP server needs a tokio runtime, which a component has not, so the exchange itself is here.
//! `endpoint` is HTTP, `message` JSON-RPC, `revision` the rules that depend on the protocol's revision, `methods` what can be asked,
//! and `tools` what an agent can do, a file a tool.

mod budget;
mod endpoint;
mod message;
mod methods;
mod revision;
mod schema;
mod tools;

pub use endpoint::{__path_endpoint, endpoint};
