//! Authentication and authorisation.

mod bearer;
mod caller;
mod client_address;
mod refusal;

pub use caller::{Actor, Caller};
