//! Identities of CI jobs: a token that an issuer signed, what it says, and what the operator's rules allow for it.
//!
//! Sources: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7519 (JWT), OpenID Connect Discovery; GitHub *OpenID Connect reference*, GitLab *OpenID
//! Connect authentication using ID tokens*, Forgejo *Actions: OpenID Connect*.

mod claims;
mod issuers;
mod job;
mod keys;
mod members;
mod refused;
mod signed;

pub use issuers::{Issuer, Issuers, Rule, keys_address};
pub use job::Job;
pub use keys::Keys;
pub use refused::Refused;
pub use signed::Signed;
