//! Why an identity is not accepted.

/// Why an identity is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The token itself, as the end of a sentence about it.
    #[error("The identity token is not valid: {0}.")]
    NotValid(String),
    /// The job that it is about, as a sentence.
    #[error("{0}")]
    NotAllowed(String),
}
