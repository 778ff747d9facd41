//! Tokens: the form of secrets, token requests, and scopes.

mod request;
mod scope;
pub mod secret;

pub use request::TokenRequest;
pub use scope::{Need, Repos, Scope, allow};
