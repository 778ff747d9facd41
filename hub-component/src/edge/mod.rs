//! Between HTTP and the handlers: what every request and response passes.

mod accept;
mod actor;
mod conditional;
mod finish;
mod fixed;
mod json_body;
mod query;

pub use accept::preferred;
pub use actor::Actor;
pub use conditional::not_modified;
pub use finish::finish;
pub use fixed::Fixed;
pub use json_body::JsonBody;
pub use query::Query;
