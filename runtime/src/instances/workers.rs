//! What instances are created from.

use super::state::{Services, State};
use crate::budget::Budget;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::shutdown::Lifecycle;
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
