//! The state of one instance of the component, and the imports that use it.

use super::memory::Memory;
use crate::bindings::spin::{postgres::postgres, sqlite::sqlite, variables::variables};
use crate::outbound::Outbound;
use crate::output::{Level, LogLines};
use crate::postgres::{Postgres, PostgresView, Servers};
use crate::shutdown::Guard;
use crate::sqlite::{Databases, Sqlite, SqliteState, SqliteView};
use crate::variables::Variables;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{Engine, ResourceLimiterAsync, Result};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// Handles that one instance may hold: far more than its requests need, far fewer than would do harm.
const MAX_HANDLES: usize = 16 << 10;

/// The services that all instances share.
#[derive(Clone)]
pub(crate) struct Services {
    pub(crate) outbound: Outbound,
    pub(crate) databases: Databases,
    pub(crate) servers: Servers,
    pub(crate) variables: Variables,
}

pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    sqlite: SqliteState,
    services: Services,
    memory: Memory,
    ticks: Arc<AtomicU64>,
    _guard: Guard,
}

impl State {
    /// The state of an instance with this memory, which `guard` keeps the shutdown waiting for.
    pub(crate) fn new(services: &Services, memory: Memory, guard: Guard) -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(LogLines::new(Level::Info)).stderr(LogLines::new(Level::Warn));
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_HANDLES);
        Self {
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            table,
            sqlite: SqliteState::new(services.databases.clone()),
            services: services.clone(),
            memory,
            ticks: Arc::default(),
            _guard: guard,
        }
    }

    /// How often the component was interrupted while it computed.
    pub(crate) fn ticks(&self) -> &Arc<AtomicU64> {
        &self.ticks
    }

    pub(crate) fn memory(&mut self) -> &mut dyn ResourceLimiterAsync {
        &mut self.memory
    }
}

/// Links WASI 0.2, which Rust's standard library imports, and WASI 0.3, which the Spin SDK imports.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    sqlite::add_to_linker::<_, Sqlite>(&mut linker, State::sqlite)?;
    postgres::add_to_linker::<_, Postgres>(&mut linker, State::postgres)?;
    variables::add_to_linker::<_, Variables>(&mut linker, State::variables)?;
    Ok(linker)
}

impl State {
    fn sqlite(&mut self) -> SqliteView<'_> {
        SqliteView { state: &mut self.sqlite, table: &mut self.table }
    }

    fn postgres(&mut self) -> PostgresView<'_> {
        PostgresView { servers: &self.services.servers, table: &mut self.table }
    }

    fn variables(&mut self) -> &mut Variables {
        &mut self.services.variables
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.services.outbound }
    }
}
