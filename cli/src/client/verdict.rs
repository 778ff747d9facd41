//! The hub's verdict on an index, without consequences.

use serde::Deserialize;

use super::Diagnostic;
use super::registration::why;

/// What `POST /v1/check` answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) valid: bool,
    reason: Option<String>,
    message: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) index_digest: Option<String>,
    pub(crate) capability_count: Option<u64>,
    #[serde(default)]
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What accepting the index would do; nothing is known of it for a URL that no registration has.
    pub(crate) would: Option<Would>,
}

/// What a refresh would do to the federated index.
#[derive(Debug, Deserialize)]
pub(crate) struct Would {
    /// `accepted`, `unchanged`, `held` or `failed`.
    pub(crate) outcome: String,
    #[serde(default)]
    pub(crate) added: Vec<String>,
    #[serde(default)]
    pub(crate) changed: Vec<String>,
    #[serde(default)]
    pub(crate) removed: Vec<String>,
    #[serde(default)]
    pub(crate) conflicts: Vec<Conflict>,
}

/// An id that more than one repo would publish.
#[derive(Debug, Deserialize)]
pub(crate) struct Conflict {
    pub(crate) id: String,
    pub(crate) repos: Vec<String>,
}

impl Verdict {
    /// The reason and its message in one line, as far as there are any.
    pub(crate) fn why(&self) -> Option<String> {
        why(self.reason.as_deref(), self.message.as_deref())
    }
}
