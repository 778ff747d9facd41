//! What the hub does, whichever front asks for it: the application layer between the fronts and the domain.
//!
//! `app` is what an instance keeps, `document` composed documents, `refresh` and `publish` how they come about, `search` and `repos` what is
//! looked up. Nothing here knows HTTP but the status of a problem.

mod app;
mod chunks;
mod commit;
pub mod document;
pub mod paging;
pub mod publish;
pub mod refresh;
pub mod repos;
mod revalidation;
pub mod search;

pub use app::{App, Host, Setting};
pub use chunks::{BrokenOff, Chunks};
pub use commit::{Change, commit_change};
pub use revalidation::{AN_HOUR, revalidate_due};
