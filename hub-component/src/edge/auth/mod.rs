//! Authentication and authorisation.

mod bearer;
mod caller;
mod refusal;

pub use caller::{Actor, Caller};
