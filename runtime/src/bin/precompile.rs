//! `precompile IN.wasm OUT.cwasm`: the build runs it to compile the component that `serve` embeds.

use anyhow::{Context as _, Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [input, output] = arguments.as_slice() else { bail!("usage: precompile IN.wasm OUT.cwasm") };
    let wasm = std::fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    let compiled = runtime::precompile(&wasm)?;
    std::fs::write(output, compiled).with_context(|| format!("cannot write {}", output.display()))
}
