//! The commit that an index was published from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The commit that an index was fetched at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// The repository at its forge, such as `coulomb/state-hub`.
    pub repository: String,
    /// The branch or tag that it was pushed to, such as `refs/heads/main`; left out if that is not known.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The commit, as 40 or 64 hexadecimal digits.
    pub commit: String,
    /// Whether the forge confirms this; otherwise it is a claim of the holder of a token or of a webhook's secret.
    pub verified: bool,
}

/// Whether a text is the full name of a commit: SHA-1 or SHA-256 in lower case.
pub fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The commit of bytes that are seen again: the first one, unless only a later one is verified.
pub(crate) fn of_equal_bytes(known: Option<Provenance>, new: Option<Provenance>) -> Option<Provenance> {
    match (known, new) {
        (Some(known), Some(new)) if new.verified && !known.verified => Some(new),
        (Some(known), _) => Some(known),
        (None, new) => new,
    }
}
