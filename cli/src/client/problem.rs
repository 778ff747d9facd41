//! RFC 9457 problem documents from the hub.

use api::problem::{Problem as Document, ProblemEntry};
use federation::problem::{self, Kind, answers as kinds};
use serde::Deserialize;
use serde_json::Value;

/// The hint for a code of a newer hub.
const UNKNOWN: &str =
    "the hub explains its codes at /problems; `reuse-surface doctor` compares its version with this one";

/// Text that marks a clause as intended for HTTP clients.
const HTTP: [&str; 6] = ["`GET /", "`POST /", "`PATCH /", "`/openapi.json`", "`Authorization", "`errors`"];

/// A problem document from the hub.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The HTTP status of the response.
    pub(crate) status: u16,
    document: Document,
}

impl Problem {
    /// Reads a problem document; `None` if the value is another kind of JSON.
    pub(super) fn read(status: u16, body: &Value) -> Option<Self> {
        let document = Document::deserialize(body).ok()?;
        let says_something = [&*document.code, &document.title, &document.detail].iter().any(|text| !text.is_empty());
        says_something.then_some(Self { status, document })
    }

    /// The stable code, such as `repo-exists`; empty if a proxy answered without one.
    pub(crate) fn code(&self) -> &str {
        &self.document.code
    }

    /// Whether the problem is of this kind.
    pub(crate) fn is(&self, kind: &Kind) -> bool {
        self.document.code == *kind
    }

    /// The hub's description of the problem, with the status and the code.
    pub(crate) fn summary(&self) -> String {
        let words = self.words();
        let words = words.trim_end_matches('.');
        match self.code() {
            "" => format!("{words} ({})", self.status),
            code => format!("{words} ({} {code})", self.status),
        }
    }

    /// The detail without clauses for HTTP clients; users of the command line get a hint instead.
    fn words(&self) -> String {
        let Document { title, detail, .. } = &self.document;
        let title = if title.is_empty() { "the hub refused the request" } else { title };
        if detail.is_empty() {
            return title.to_owned();
        }
        let is_http = |clause: &str| HTTP.iter().any(|word| clause.contains(word));
        let mut clauses = detail.split("; ");
        let first = clauses.next().filter(|clause| !is_http(clause)).unwrap_or(title);
        std::iter::once(first).chain(clauses.filter(|clause| !is_http(clause))).collect::<Vec<_>>().join("; ")
    }

    /// A line for every wrong field or place, and the request id if the error is in the hub.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.document.errors.iter().map(line).collect();
        if self.status >= 500 {
            let id = Some(&self.document.request_id).filter(|id| !id.is_empty());
            lines.extend(id.map(|id| format!("request id: {id}")));
        }
        lines
    }

    /// What to do about the problem.
    pub(crate) fn hint(&self) -> &'static str {
        let is_url = |entry: &ProblemEntry| entry.pointer == "/url";
        if self.is(&kinds::INDEX_INVALID) && self.document.errors.iter().any(is_url) {
            return "check that the URL is that of the raw file and that the file was pushed; --no-check registers it anyway";
        }
        if let Some((_, hint)) = HINTS.iter().find(|(kind, _)| self.is(kind)) {
            return hint;
        }
        // A kind without a hint of its own has a remedy in the contract.
        let kind = problem::find(self.code()).find(|kind| kind.status.is_some());
        kind.map_or(UNKNOWN, |kind| kind.remedy)
    }
}

/// What to do, in terms of this program.
static HINTS: &[(&Kind, &str)] = &[
    (&kinds::UNAUTHORIZED, "set REUSE_SURFACE_TOKEN, or REUSE_SURFACE_TOKEN_FILE, to a token of this hub"),
    (&kinds::TOKEN_EXPIRED, "ask the operator of the hub for a new token"),
    (&kinds::TOKEN_REVOKED, "ask the operator of the hub for a new token"),
    (&kinds::TOO_MANY_FAILURES, "wait, and then use a token of this hub"),
    (&kinds::TOKEN_EXISTS, "choose another name: list the names in use with `reuse-surface hub token list`"),
    (&kinds::TOKEN_NOT_FOUND, "list the names with `reuse-surface hub token list`"),
    (&kinds::FORBIDDEN, "use a token whose scopes allow this, or ask the operator of the hub for one"),
    (&kinds::WRITES_DISABLED, "the hub has no token, so it refuses every write: start it with REUSE_SURFACE_TOKEN set"),
    (&kinds::REPO_NOT_FOUND, "list the registrations with `reuse-surface hub list`"),
    (&kinds::REPO_EXISTS, "change it with `reuse-surface hub update`, or choose another name"),
    (
        &kinds::PRECONDITION_FAILED,
        "read the registration again with `reuse-surface hub show`, and repeat the change if it still applies",
    ),
    (&kinds::INDEX_INVALID, "correct the index, or register it anyway with --no-check"),
    (&kinds::REQUIRED_UNVERIFIED, "correct the index first, or omit `required` until it is valid"),
    (&kinds::HELD_ANOTHER, "review the index that is held now with `reuse-surface hub show`, then release it"),
    (&kinds::NOTHING_HELD, "show the state of the source with `reuse-surface hub show`"),
    (&kinds::REVISION_GONE, "start again from the newest document (GET /v1/federated), or the search without --cursor"),
    (&kinds::REVISION_NOT_FOUND, "show the newest revision with `reuse-surface hub status`"),
    (&kinds::REFRESH_RUNNING, "try again in a minute; `reuse-surface hub list` shows what the other refresh found"),
    (&kinds::NOTHING_PUBLISHED, "show why no source is fresh with `reuse-surface hub status`"),
    (&kinds::INVALID_QUERY, "correct the option; `--help` describes its values"),
    (&kinds::BUDGET_TOO_SMALL, "set --budget-tokens to at least that value"),
    (&kinds::NOT_FOUND, "check that --base-url or REUSE_SURFACE_URL is the root of the hub, without `/v1`"),
    (
        &kinds::INVALID_TOKEN_REQUEST,
        "correct the listed fields; `reuse-surface hub token create --help` describes each option",
    ),
    (
        &kinds::INVALID_REGISTRATION,
        "correct the listed fields; `reuse-surface hub register --help` describes each of them",
    ),
    (
        &kinds::STORE_UNAVAILABLE,
        "try again later; if the problem persists, contact the operator of the hub and quote the request id",
    ),
    (
        &kinds::INTERNAL,
        "try again later; if the problem persists, contact the operator of the hub and quote the request id",
    ),
];

fn line(entry: &ProblemEntry) -> String {
    let place = match (entry.line, entry.column) {
        (Some(line), Some(column)) => format!(" (line {line}, column {column})"),
        (Some(line), None) => format!(" (line {line})"),
        _ => String::new(),
    };
    let pointer = Some(entry.pointer.as_str()).filter(|pointer| !pointer.is_empty()).unwrap_or("the document");
    let message = Some(entry.message.as_str()).filter(|message| !message.is_empty()).unwrap_or("not accepted");
    format!("{pointer}{place}: {message}")
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
