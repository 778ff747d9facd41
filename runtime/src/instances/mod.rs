//! Instances of the component: how they come to be, which one answers a request, how much each takes on, and when it has to go.

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

/// What every instance is made of.
pub(crate) struct Workers {
    pub(crate) engine: Engine,
    pub(crate) component: ProxyPre<State>,
    pub(crate) services: Services,
    pub(crate) limits: Arc<Limits>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) budget: Arc<Budget>,
}
