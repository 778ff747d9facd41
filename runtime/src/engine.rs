//! The engine settings. Compiled code only fits an engine with the same settings, so the server and
//! [`precompile`] share one function.

use crate::limits::Limits;
use anyhow::{Context as _, Result, bail};
use std::time::Duration;
use wasmtime::{Cache, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// Instances for liveness probes while all others are busy.
const VITAL_INSTANCES: u32 = 1;

/// How often guest code must yield: often enough that other requests on the same thread do not notice.
const YIELD_INTERVAL: Duration = Duration::from_millis(10);

/// Maximum linear memories, tables and core instances of one instance of a Rust component.
const CORE_PARTS_PER_INSTANCE: u32 = 4;

fn settings() -> Config {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    config.epoch_interruption(true);
    config
}

/// The serving engine, with its epoch ticking. It allocates instances from a pool if the address space allows that.
pub(crate) fn serving(limits: &Limits, cache: Option<Cache>) -> Result<Engine> {
    let mut config = settings();
    config.cache(cache);
    let mut pooled = config.clone();
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    let engine = match Engine::new(&pooled) {
        Ok(engine) => engine,
        Err(error) => {
            tracing::info!(%error, "no address space for an instance pool: allocating instances one by one");
            Engine::new(&config).map_err(crate::engine::error)?
        }
    };
    tick(&engine)?;
    Ok(engine)
}

/// Compiles a component for every machine of this architecture and operating system, not only for this one.
///
/// # Errors
/// If the bytes are not a component, or wasmtime does not compile for this platform.
pub fn precompile(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut config = settings();
    config.target(&triple()?).map_err(error)?;
    let engine = Engine::new(&config).map_err(error)?;
    engine.precompile_component(wasm).map_err(error).context("the component does not compile")
}

fn triple() -> Result<String> {
    let vendor_and_system = match std::env::consts::OS {
        "linux" => "unknown-linux-gnu",
        "macos" => "apple-darwin",
        "windows" => "pc-windows-msvc",
        other => bail!("precompiling is not supported on {other}: serve the .wasm file instead"),
    };
    Ok(format!("{}-{vendor_and_system}", std::env::consts::ARCH))
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let instances = limits.instances + VITAL_INSTANCES;
    let parts = instances * CORE_PARTS_PER_INSTANCE;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        .total_core_instances(parts)
        .total_memories(instances)
        .total_tables(parts)
        .total_stacks(instances * (limits.requests_per_instance + 1))
        .max_memory_size(limits.instance_memory);
    pool
}

/// The thread holds no strong reference, so that it ends soon after the engine's last user.
fn tick(engine: &Engine) -> Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("epoch".into())
        .spawn(move || {
            loop {
                std::thread::sleep(YIELD_INTERVAL);
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => return,
                }
            }
        })
        .context("cannot start the epoch thread")?;
    Ok(())
}

/// Converts `wasmtime`'s error type, which does not implement `std::error::Error`.
pub(crate) fn error(error: wasmtime::Error) -> anyhow::Error {
    anyhow::Error::from_boxed(error.into_boxed_dyn_error())
}
