//! The application layer between the fronts and the domain: what the hub does, independent of the front.
//!
//! `app` holds the state of an instance, `document` serves composed documents, `refresh` and `publish` create them, and `search` and
//! `repos` answer queries. Nothing here depends on HTTP except for the status of a problem.

mod app;
pub mod catalogue;
pub mod check;
mod chunks;
mod commit;
pub mod consumers;
pub mod demand;
pub mod discovery;
pub mod document;
pub mod following;
pub mod hooks;
pub mod identities;
mod issuer_keys;
mod jitter;
pub mod mirror;
mod outside;
pub mod overlaps;
pub mod paging;
pub mod provenance;
pub mod publish;
pub mod refresh;
pub mod relayed;
pub mod repos;
mod revalidation;
pub mod search;
pub mod secret;
pub mod transparency;
pub mod upstream;

pub use app::{App, Host, MAX_STREAMING, Setting};
pub use chunks::{Chunks, TruncatedBody};
pub use commit::{Change, publish_change};
pub use identities::issuers;
pub use revalidation::{MAX_MEMO_SECONDS, MAX_REVISION_WAIT, revalidate_due, wait_for_revision};
pub use search::synonyms;
pub use transparency::log_keys;
