//! Composing without a hub: a manifest lists the sources, a cache stores their state and snapshots, and a lock records exactly what a
//! document was composed from. As on the hub, the domain crate has the rules for validating and composing.

mod cache;
mod composition;
mod file;
pub(crate) mod lock;
pub(crate) mod log;
mod manifest;
mod refresh;

pub(crate) use self::cache::Cache;
pub(crate) use self::composition::{Composition, Contribution};
pub(crate) use self::file::{may_replace, replace};
pub(crate) use self::lock::{Lock, Locked};
pub(crate) use self::manifest::{Local, Manifest, Source, without_secrets};
pub(crate) use self::refresh::{Refreshed, refresh};
