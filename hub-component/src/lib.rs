//! The hub API: a Spin component over the `federation` domain.
//!
//! HTTP comes in through `router` and `edge`, `routes` has a file a resource, `pages` one a page, `refresh` and `publish` are what the hub does,
//! `store` is what it remembers, and `ports` is all it needs from the world. `spin` plugs the ports into Spin.

mod edge;
pub mod hub;
mod log;
mod mcp;
mod openapi;
mod pages;
pub mod ports;
mod problem;
pub mod router;
mod routes;
#[cfg(target_family = "wasm")]
mod spin;
