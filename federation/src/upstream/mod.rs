//! Upstreams: other hubs whose sources this hub publishes too.
//!
//! What an upstream publishes are offers. For each repo one of them is chosen ([`choose`]), by the path of hubs that it came through, as in a path-vector
//! protocol: so loops of hubs converge, and what its first hub withdraws disappears from all of them.

mod definition;
mod offer;
mod record;

pub use definition::{Upstream, actor, base_url, name_of};
pub use offer::{MAX_HOPS, Offer, choose, is_path, path};
pub use record::{Seen, UpstreamRecord};
