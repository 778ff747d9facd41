//! Files that the build embeds in the binary.

/// The hub component; empty if it was not built before the binary (`cargo xtask build` builds both).
pub(crate) const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hub.wasm"));

/// [`WASM`], compiled ahead of time for this machine's architecture; empty if it was not compiled.
pub(crate) const PRECOMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hub.cwasm"));

/// The Spin manifest, which says what the component may access.
pub(crate) const MANIFEST: &str = include_str!("../../spin.toml");
