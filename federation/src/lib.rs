//! The domain of reuse-surface: registrations, indexes, and the federation composed of them.
//!
//! Pure code, without I/O or a clock of its own. The hub, the CLI and the tests share it.

pub mod bounded;
pub mod catalogue;
pub mod check;
pub mod compose;
pub mod diagnostic;
pub mod diff;
pub mod digest;
pub mod discovery;
pub mod document;
pub mod excerpt;
pub mod fetch;
mod findings;
pub mod forge;
pub mod guard;
pub mod hooks;
pub mod identity;
pub mod index;
pub mod limits;
pub mod name;
pub mod negotiation;
pub mod open;
mod path;
pub mod plan;
pub mod problem;
pub mod provenance;
pub mod registration;
pub mod reserved;
pub mod schema;
pub mod search;
mod size;
pub mod snippet;
pub mod source;
pub mod source_url;
pub mod time;
pub mod token;
pub mod transparency;
pub mod upstream;
mod whole;
pub mod withdrawn;
pub mod yaml;
