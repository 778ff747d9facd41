//! RFC 9457 problem documents as the hub writes them.

use federation::problem;
use serde::Deserialize;
use serde_json::Value;

/// What to do about a code that a newer hub has.
const UNKNOWN: &str =
    "the hub explains its codes at /problems; `reuse-surface doctor` compares its version with this one";

/// What a clause is about that is for programs.
const HTTP: [&str; 6] = ["`GET /", "`POST /", "`PATCH /", "`/openapi.json`", "`Authorization", "`errors`"];

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
        let words = self.words();
        let words = words.trim_end_matches('.');
        match &self.code {
            Some(code) => format!("{words} ({} {code})", self.status),
            None => format!("{words} ({})", self.status),
        }
    }

    /// The detail without what it tells those who speak HTTP; whoever has a command line gets a hint of it.
    fn words(&self) -> String {
        let title = self.title.as_deref().unwrap_or("the hub refused");
        let Some(detail) = self.detail.as_deref() else { return title.to_owned() };
        let is_http = |clause: &str| HTTP.iter().any(|word| clause.contains(word));
        let mut clauses = detail.split("; ");
        let first = clauses.next().filter(|clause| !is_http(clause)).unwrap_or(title);
        std::iter::once(first).chain(clauses.filter(|clause| !is_http(clause))).collect::<Vec<_>>().join("; ")
    }

    /// A line for every field or place that is wrong, and the request id when the fault is the hub's.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.errors.iter().map(FieldError::line).collect();
        if self.status >= 500 {
            lines.extend(self.request_id.iter().map(|id| format!("request id: {id}")));
        }
        lines
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        let Some(code) = self.code.as_deref() else { return UNKNOWN };
        match code {
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
            "index-invalid" if self.errors.iter().any(|error| error.pointer.as_deref() == Some("/url")) => {
                "see whether the URL is the raw file's and whether it was pushed; --no-check registers it all the same"
            }
            "index-invalid" => "correct the index, or register it as it is with --no-check",
            "required-unverified" => "correct the index first, or leave `required` out until it is valid",
            "held-another" => "look at what is held by now with `reuse-surface hub show`, and release that",
            "nothing-held" => "see how the source stands with `reuse-surface hub show`",
            "revision-gone" => {
                "start again from the newest document (GET /v1/federated), or the search without --cursor"
            }
            "revision-not-found" => "see the newest revision with `reuse-surface hub status`",
            "refresh-running" => "try again in a minute; `reuse-surface hub list` shows what the other refresh found",
            "nothing-published" => "see what the sources are waiting for with `reuse-surface hub status`",
            "invalid-query" => "correct the option that is meant: `--help` says what it takes",
            "budget-too-small" => "give --budget-tokens at least that much",
            "not-found" => "see whether --base-url or REUSE_SURFACE_URL ends where the hub begins, without `/v1`",
            "invalid-token-request" => {
                "correct what is listed; `reuse-surface hub token create --help` says what each option takes"
            }
            "invalid-registration" => {
                "correct what is listed; `reuse-surface hub register --help` says what each field takes"
            }
            "store-unavailable" | "internal" => {
                "try again in a while; if it stays, tell whoever runs the hub, with the request id"
            }
            // What has no remedy in words of this program has one in those of the contract.
            code => {
                let kind = problem::find(code).find(|kind| kind.status.is_some());
                kind.map_or(UNKNOWN, |kind| kind.remedy)
            }
        }
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

#[cfg(test)]
mod tests {
    use super::{Problem, UNKNOWN};
    use federation::problem::all;
    use serde_json::json;

    #[test]
    fn every_answer_of_the_contract_leads_to_a_next_step() {
        for kind in all().filter(|kind| kind.status.is_some()) {
            let problem = Problem::read(kind.status.unwrap(), &json!({ "code": kind.code })).unwrap();
            let hint = problem.hint();
            assert!(hint != UNKNOWN && hint.len() > 10, "{}", kind.code);
        }
    }
}
