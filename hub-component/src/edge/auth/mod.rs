//! Who asks, and what that token allows.

mod bearer;
mod caller;
mod client_address;
mod refusal;

pub use caller::{Actor, Caller};
