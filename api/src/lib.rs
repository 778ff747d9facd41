//! The contract of the hub as types: requests, responses, paths, headers and limits, each defined once.
//!
//! The hub writes these types and describes them in its OpenAPI document; the command line reads them. Reading is lenient, so that a
//! client understands a newer hub: unknown fields are ignored, and an unknown variant is kept as text ([`Open`]). The contract in prose
//! is `specs/FederationHubAPI.md`.

pub mod capabilities;
pub mod catalogues;
pub mod changes;
pub mod check;
pub mod consumers;
pub mod demand;
pub mod discovery;
pub mod events;
pub mod exposition;
pub mod federated;
pub mod feeds;
pub mod headers;
pub mod health;
pub mod hooks;
pub mod hub;
mod json;
pub mod mcp;
pub mod overlaps;
pub mod page;
pub mod paths;
pub mod problem;
pub mod query;
pub mod refresh;
pub mod repos;
pub mod schemas;
pub mod servers;
pub mod tokens;
pub mod transparency;
pub mod upstreams;
pub mod variables;

pub use federation::open::{Open, Variant};
pub use json::Json;
