//! What the build put into the binary.

/// The hub component; empty if the binary was built before it (`cargo xtask build` builds both).
pub(crate) const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hub.wasm"));

/// [`WASM`], compiled ahead of time for this machine's architecture; empty if that was not done.
pub(crate) const PRECOMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hub.cwasm"));

/// The Spin manifest: what the component may reach.
pub(crate) const MANIFEST: &str = include_str!("../../spin.toml");
