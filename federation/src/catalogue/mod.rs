//! Catalogues: the repositories of an organisation, or a list of indexes, from which the hub creates registrations.
//!
//! A listing is read page by page ([`Walk`]), compared with what is known ([`compare`]), and leads to what is to be
//! done with each repository ([`Todo`]). No I/O, as everywhere in this crate.

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
pub use walk::{ListingFailure, MAX_MEMBERS, MAX_PAGE_BYTES, MAX_PAGES, Walk};
