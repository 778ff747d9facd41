//! The hub's word on itself.

use serde::Deserialize;

/// What `/health` answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Health {
    /// `ok`, or what is not.
    pub(crate) status: String,
    pub(crate) version: Option<String>,
    pub(crate) revision: Option<u64>,
}
