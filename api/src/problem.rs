//! Problem documents (RFC 9457).

use federation::problem::Kind;
use federation::snippet::Snippet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a client reads when something is not as it should be. A reader takes whatever of it is there.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Problem {
    /// Address of a page that explains the code.
    #[schema(required)]
    pub r#type: String,
    /// What kind of thing went wrong.
    #[schema(required)]
    pub title: String,
    /// The status again.
    #[schema(required)]
    pub status: u16,
    /// What happened this time and what to do, for people.
    #[schema(required)]
    pub detail: String,
    /// Stable; what programs compare.
    #[schema(required)]
    pub code: String,
    /// `X-Request-Id`.
    #[schema(required)]
    pub request_id: String,
    /// What is wrong in detail, where there is something to list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemEntry>,
}

impl Problem {
    /// A problem of this kind, with what happened this time and what to do, as the hub at `base` tells it of the request `request_id`.
    pub fn new(kind: &Kind, detail: impl Into<String>, base: &str, request_id: &str) -> Self {
        Self {
            r#type: format!("{base}/problems/{}", kind.code),
            title: kind.title.to_owned(),
            status: kind.status.unwrap_or(500),
            detail: detail.into(),
            code: kind.code.to_owned(),
            request_id: request_id.to_owned(),
            errors: Vec::new(),
        }
    }
}

/// One entry of `errors`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ProblemEntry {
    /// JSON pointer to the value; empty for the whole.
    #[schema(required)]
    pub pointer: String,
    /// Stable; what programs compare.
    #[schema(required)]
    pub code: String,
    /// What is expected and what to do.
    #[schema(required)]
    pub message: String,
    /// Line in the document, from 1, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column in the document, in characters from 1, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The line itself, where the place is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
}
