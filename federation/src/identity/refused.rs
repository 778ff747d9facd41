//! Why an identity is not accepted.

/// Why an identity is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The token itself is not valid: why, as the end of a sentence about it.
    #[error("The identity token is not valid: {0}.")]
    NotValid(String),
    /// The job of the token may not publish: why, as a sentence.
    #[error("{0}")]
    NotAllowed(String),
}
