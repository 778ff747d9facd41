//! RFC 9457 problem documents as the hub writes them.

use serde::Deserialize;
use serde_json::Value;

/// What the hub says when it says no.
#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    /// The HTTP status of the answer.
    #[serde(skip)]
    pub(crate) status: u16,
    /// The stable code, such as `repo-exists`.
    pub(crate) code: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    request_id: Option<String>,
    #[serde(default)]
    errors: Vec<FieldError>,
}

#[derive(Debug, Deserialize)]
struct FieldError {
    pointer: Option<String>,
    message: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
}

impl Problem {
    /// Reads a problem document; `None` if the value is another kind of JSON.
    pub(super) fn read(status: u16, body: &Value) -> Option<Self> {
        let problem = Self::deserialize(body).ok()?;
        let says_something = problem.code.is_some() || problem.title.is_some() || problem.detail.is_some();
        says_something.then_some(Self { status, ..problem })
    }

    /// What is wrong, in the hub's words, with the status and the code.
    pub(crate) fn summary(&self) -> String {
        let words = self.detail.as_deref().or(self.title.as_deref()).unwrap_or("the hub refused");
        let words = words.trim_end_matches('.');
        match &self.code {
            Some(code) => format!("{words} ({} {code})", self.status),
            None => format!("{words} ({})", self.status),
        }
    }

    /// A line for every field or place that is wrong, and the request id when the fault is the hub's.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.errors.iter().map(FieldError::line).collect();
        if self.status >= 500 {
            lines.extend(self.request_id.iter().map(|id| format!("request id: {id}")));
        }
        lines
    }

    /// What to do about it, where a client can know that.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        Some(match self.code.as_deref()? {
            "unauthorized" => "set REUSE_SURFACE_TOKEN, or REUSE_SURFACE_TOKEN_FILE, to a token of this hub",
            "token-expired" | "token-revoked" => "ask whoever runs the hub for a new token",
            "too-many-failures" => "wait, and then use a token of this hub",
            "token-exists" => "take another name: see those in use with `reuse-surface hub token list`",
            "token-not-found" => "see the names with `reuse-surface hub token list`",
            "forbidden" => "use a token whose scopes allow this: ask whoever runs the hub",
            "writes-disabled" => {
                "the hub has no token, so it refuses every write: start it with REUSE_SURFACE_TOKEN set"
            }
            "repo-not-found" => "see what is registered with `reuse-surface hub list`",
            "repo-exists" => "change it with `reuse-surface hub update`, or take another name",
            "precondition-failed" => {
                "somebody changed it since: look at it with `reuse-surface hub show`, and repeat the change if it still fits"
            }
            "index-invalid" => "correct the index, or register it as it is with --no-check",
            "required-unverified" => "correct the index first, or leave `required` out until it is valid",
            "nothing-held" => "see how the source stands with `reuse-surface hub show`",
            "revision-gone" => {
                "start again from the newest document (GET /v1/federated), or the search without --cursor"
            }
            "revision-not-found" => "see the newest revision with `reuse-surface hub status`",
            "nothing-published" => "see what the sources are waiting for with `reuse-surface hub status`",
            "store-unavailable" | "internal" => {
                "try again in a while; if it stays, tell whoever runs the hub, with the request id"
            }
            _ => return None,
        })
    }
}

impl FieldError {
    fn line(&self) -> String {
        let place = match (self.line, self.column) {
            (Some(line), Some(column)) => format!(" (line {line}, column {column})"),
            (Some(line), None) => format!(" (line {line})"),
            _ => String::new(),
        };
        let pointer = self.pointer.as_deref().filter(|pointer| !pointer.is_empty()).unwrap_or("the document");
        format!("{pointer}{place}: {}", self.message.as_deref().unwrap_or("not accepted"))
    }
}
