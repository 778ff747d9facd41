//! What the headers of a request ask for. Every function here is total: anyone may send anything.

mod accept;
mod coding;
mod elements;
mod entity_tag;

pub use accept::preferred;
pub use coding::{Coding, coding};
pub use entity_tag::has_entity_tag;
