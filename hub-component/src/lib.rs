//! The hub API: a Spin component over the `federation` domain.
//!
//! HTTP requests pass through `router` and `edge`. `routes` has one file per resource, `pages` one per page, and `hub` is the application
//! layer. `ports` defines what the hub needs from the outside world, and `spin` implements the ports for Spin.

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
