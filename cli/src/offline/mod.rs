//! Composing without a hub: a manifest of sources, a cache that keeps what was seen of them, and a lock that says exactly
//! what a document was composed from. How sources are judged and composed is the domain's, as on the hub.

mod cache;
mod composition;
mod file;
pub(crate) mod lock;
mod manifest;
mod refresh;

pub(crate) use self::cache::Cache;
pub(crate) use self::composition::{Composition, Contribution};
pub(crate) use self::file::{may_replace, replace};
pub(crate) use self::lock::{Lock, Locked};
pub(crate) use self::manifest::{Local, Manifest, Source};
pub(crate) use self::refresh::{Refreshed, refresh};
