//! Two hubs on one PostgreSQL behind HAProxy, with 16 writers and 4 readers, while a part of this fails. `docs/reliability.md` says what is
//! guaranteed, for how long writes failed, and how to run more rounds than CI has time for.

mod check;
mod clocks;
mod cluster;
mod commits;
mod connections;
mod kills;
mod ledger;
mod load;
mod proxy;
mod stalls;
