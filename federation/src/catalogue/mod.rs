//! Catalogues: the repositories of an organisation, or a list of indexes, from which the hub makes registrations.
//!
//! A listing is read page by page ([`Walk`]), compared with what is known ([`compare`]), and each repository says what is to be done
//! next ([`Todo`]). No I/O, as everywhere in this crate.

mod compare;
mod definition;
mod described;
mod forges;
mod gitea;
mod github;
mod gitlab;
mod kind;
mod link;
mod list;
mod member;
mod record;
mod walk;

pub use compare::{Compared, Known, RemovalReason, Todo, compare};
pub use definition::{Catalogue, actor};
pub use kind::Kind;
pub use member::{Member, Skipped};
pub use record::{CatalogueRecord, HeldListing, LONGEST_WAIT, Listing};
pub use walk::{ListingFailure, Walk};
