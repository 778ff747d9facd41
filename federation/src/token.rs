//! Tokens: what a secret looks like, what may be asked for, and what a token allows.

mod request;
mod scope;
pub mod secret;

pub use request::TokenRequest;
pub use scope::{Need, Scope, allow};
