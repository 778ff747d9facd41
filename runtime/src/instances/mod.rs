//! Instances of the component: how they start, which one gets a request, how many requests
//! each one serves, and when it ends.

mod expiry;
mod memory;
mod pool;
mod run;
mod seat;
mod seats;
mod state;
mod workers;

pub(crate) use pool::Pool;
pub(crate) use state::{Services, linker};
pub(crate) use workers::Workers;
