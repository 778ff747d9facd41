//! Content negotiation from request headers. Every function here is total: clients may send anything.

mod accept;
mod coding;
mod elements;
mod entity_tag;

pub use accept::{preferred, preferred_in_any_version};
pub use coding::{Coding, coding};
pub use entity_tag::{entity_tag, has_entity_tag};
