//! Problem documents (RFC 9457).

use crate::paths::{self, Standard, expand};
use federation::problem::{Code, Kind};
use federation::snippet::Snippet;
use federation::withdrawn::Tombstone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A problem document (RFC 9457). Missing fields get their default when it is read.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// URL of a page that explains the code.
    #[serde(default)]
    #[schema(required)]
    pub r#type: String,
    /// Short summary of the kind of problem.
    #[serde(default)]
    #[schema(required)]
    pub title: String,
    /// HTTP status of the response.
    #[serde(default)]
    #[schema(required)]
    pub status: u16,
    /// What happened in this case and what to do, as text.
    #[serde(default)]
    #[schema(required)]
    pub detail: String,
    /// Stable code for programs.
    #[serde(default)]
    #[schema(required, value_type = String)]
    pub code: Code,
    /// The response's `X-Request-Id`.
    #[serde(default)]
    #[schema(required)]
    pub request_id: String,
    /// The individual errors, if there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemEntry>,
    /// What remains of a removed capability, under `capability-gone`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Tombstone>,
    /// The error code of Agentic Resource Discovery; only on its paths.
    #[serde(default, rename = "errorCode", skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// `detail` again, as Agentic Resource Discovery names it; only on its paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// `detail` again, as the MCP Registry names it; only on its paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Problem {
    /// A problem of this kind. `detail` says what happened and what to do; `base` is the hub's base URL.
    pub fn new(kind: &'static Kind, detail: impl Into<String>, base: &str, request_id: &str) -> Self {
        Self {
            r#type: format!("{base}{}", expand(paths::PROBLEM, &[kind.code])),
            title: kind.title.to_owned(),
            status: kind.status.unwrap_or(500),
            detail: detail.into(),
            code: kind.into(),
            request_id: request_id.to_owned(),
            errors: Vec::new(),
            gone: Vec::new(),
            error_code: None,
            message: None,
            error: None,
        }
    }

    /// Adds the members that clients of a standard read.
    pub fn for_clients_of(mut self, standard: Option<Standard>) -> Self {
        match standard {
            Some(Standard::Ard) => {
                self.error_code = Some(ard_code(self.status).to_owned());
                self.message = Some(self.detail.clone());
            }
            Some(Standard::McpRegistry) => self.error = Some(self.detail.clone()),
            None => {}
        }
        self
    }
}

/// The error code of Agentic Resource Discovery for a status.
fn ard_code(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        404 => "NOT_FOUND",
        429 => "RATE_LIMIT_EXCEEDED",
        400..500 => "INVALID_ARGUMENT",
        _ => "INTERNAL_ERROR",
    }
}

/// One entry of `errors`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ProblemEntry {
    /// JSON Pointer (RFC 6901) to the value; empty for the whole document.
    #[serde(default)]
    #[schema(required)]
    pub pointer: String,
    /// Stable code for programs.
    #[serde(default)]
    #[schema(required, value_type = String)]
    pub code: Code,
    /// The rule that is violated, and what to do.
    #[serde(default)]
    #[schema(required)]
    pub message: String,
    /// Line in the document, from 1, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column in the document, in characters from 1, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The line itself, if its position is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
}

impl ProblemEntry {
    /// An entry without a position.
    pub fn new(pointer: impl Into<String>, code: impl Into<Code>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), message: message.into(), ..Self::default() }
    }
}
