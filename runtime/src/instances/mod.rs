//! Instances of the component: how they start, which one gets a request, how many requests
//! each one serves, and when it ends.

mod expiry;
mod memory;
mod pool;
mod run;
mod seat;

pub(crate) use memory::{Gauge, Memory};
pub(crate) use pool::Pool;

use crate::budget::Budget;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::shutdown::Lifecycle;
use crate::state::{Services, State};
use std::sync::Arc;
use wasmtime::Engine;
use wasmtime_wasi_http::handler::ProxyPre;

/// Everything that an instance is created from.
pub(crate) struct Workers {
    pub(crate) engine: Engine,
    pub(crate) component: ProxyPre<State>,
    pub(crate) services: Services,
    pub(crate) limits: Arc<Limits>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) budget: Arc<Budget>,
}
