//! Loads the component, precompiled if possible.

use crate::engine;
use crate::limits::Limits;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use wasmtime::component::Component;
use wasmtime::{Cache, Engine};

/// The component to serve.
#[derive(Debug, Clone)]
pub enum ComponentSource {
    /// Embedded in the program.
    Embedded {
        /// The output of [`crate::precompile`] for `wasm`; loads in milliseconds.
        precompiled: &'static [u8],
        /// Compiled instead if `precompiled` does not fit this machine or this version.
        wasm: &'static [u8],
    },
    /// A `.wasm` file. Wasmtime caches its compiled form on disk, if it finds a directory for that.
    File(PathBuf),
}

pub(crate) fn load(source: &ComponentSource, limits: &Limits) -> Result<(Engine, Component)> {
    match source {
        ComponentSource::Embedded { precompiled, wasm } => {
            let engine = engine::serving(limits, None)?;
            match deserialize(&engine, precompiled) {
                Ok(component) => Ok((engine, component)),
                Err(error) => {
                    tracing::warn!(%error, "cannot use the precompiled component: compiling it now takes seconds");
                    compile(wasm, limits)
                }
            }
        }
        ComponentSource::File(path) => {
            let wasm = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            compile(&wasm, limits).with_context(|| format!("cannot load {}", path.display()))
        }
    }
}

#[expect(unsafe_code, reason = "loading native code has no safe form")]
fn deserialize(engine: &Engine, precompiled: &'static [u8]) -> Result<Component> {
    // SAFETY: the bytes are part of this program. Its build wrote them with `precompile`,
    // and nothing else can change them.
    unsafe { Component::deserialize(engine, precompiled) }.map_err(crate::engine::error)
}

/// Compiles without a cache if none can be set up (no home directory, a read-only file system): that only costs time.
fn compile(wasm: &[u8], limits: &Limits) -> Result<(Engine, Component)> {
    let cache = Cache::from_file(None).inspect_err(|error| tracing::debug!(%error, "no compilation cache")).ok();
    let engine = engine::serving(limits, cache)?;
    let component = Component::new(&engine, wasm).map_err(crate::engine::error)?;
    Ok((engine, component))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty component.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    #[test]
    fn what_was_precompiled_fits_the_engine_that_serves() {
        let precompiled = engine::precompile(EMPTY).unwrap().leak();
        deserialize(&engine::serving(&Limits::default(), None).unwrap(), precompiled).unwrap();
    }

    #[test]
    fn a_component_loads_from_where_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("empty.wasm");
        std::fs::write(&file, EMPTY).unwrap();
        for source in
            [ComponentSource::Embedded { precompiled: b"of another version", wasm: EMPTY }, ComponentSource::File(file)]
        {
            load(&source, &Limits::default()).unwrap();
        }
        let missing = ComponentSource::File(directory.path().join("missing.wasm"));
        assert!(format!("{:#}", load(&missing, &Limits::default()).err().unwrap()).contains("missing.wasm"));
    }
}
