//! federation

pub mod diagnostic;
pub mod document;
mod findings;
pub mod index;
pub mod limits;
pub mod schema;
pub mod yaml;
