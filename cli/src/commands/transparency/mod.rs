//! The transparency log of a hub: what a reader checks, `reuse-surface log …` and `reuse-surface witness`.

mod ask;
mod keygen;
mod prove;
mod witness;

pub(super) use keygen::run as run_log;
pub(super) use prove::{prove, prove_locked};
pub(super) use witness::run as run_witness;
