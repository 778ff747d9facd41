//! Support for the end-to-end tests: a hub (the real binary), a command line (the same binary), and a server of indexes.

mod cli;
mod eventually;
pub mod hostile_inputs;
mod hub;
pub mod overlaps;
pub mod questions;
mod random;
mod rounds;
mod sources;
pub mod tls;
mod whole;

pub use cli::{Cli, Ran};
pub use eventually::eventually;
pub use hub::{Answer, Hub, TOKEN};
pub use random::{Random, replay, seed};
pub use rounds::{amount, figures};
pub use sources::{Behaviour, Sources};
use std::path::PathBuf;
pub use whole::{document, gap_free};

/// The binary under test, built by `cargo xtask test`.
pub fn binary() -> PathBuf {
    match std::env::var_os("REUSE_SURFACE_BIN") {
        Some(path) => path.into(),
        None => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/debug/reuse-surface")),
    }
}

/// The directory of the external tools that the tests run, installed by `cargo xtask tools`.
pub fn tools() -> PathBuf {
    match std::env::var_os("REUSE_SURFACE_TOOLS") {
        Some(path) => path.into(),
        None => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools")),
    }
}

/// An index with these capabilities, as YAML.
pub fn index(ids: &[&str]) -> String {
    let mut text = "version: 1\ncapabilities:\n".to_owned();
    for id in ids {
        text.push_str(&format!("  - id: {id}\n    name: The {id}\n"));
    }
    if ids.is_empty() {
        text = "version: 1\ncapabilities: []\n".to_owned();
    }
    text
}
