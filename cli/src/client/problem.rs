//! RFC 9457 problem documents as the hub writes them.

use api::problem::{Problem as Document, ProblemEntry};
use federation::problem::{self, Kind, answers as kinds};
use serde::Deserialize;
use serde_json::Value;

/// What to do about a code that a newer hub has.
const UNKNOWN: &str =
    "the hub explains its codes at /problems; `reuse-surface doctor` compares its version with this one";

/// What a clause is about that is for programs.
const HTTP: [&str; 6] = ["`GET /", "`POST /", "`PATCH /", "`/openapi.json`", "`Authorization", "`errors`"];

/// What the hub says when it says no.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The HTTP status of the answer.
    pub(crate) status: u16,
    document: Document,
}

impl Problem {
    /// Reads a problem document; `None` if the value is another kind of JSON.
    pub(super) fn read(status: u16, body: &Value) -> Option<Self> {
        let document = Document::deserialize(body).ok()?;
        let says_something = [&document.code, &document.title, &document.detail].iter().any(|text| !text.is_empty());
        says_something.then_some(Self { status, document })
    }

    /// The stable code, such as `repo-exists`; empty if a proxy answered without one.
    pub(crate) fn code(&self) -> &str {
        &self.document.code
    }

    /// Whether it is of this kind.
    pub(crate) fn is(&self, kind: &Kind) -> bool {
        self.document.code == kind.code
    }

    /// What is wrong, in the hub's words, with the status and the code.
    pub(crate) fn summary(&self) -> String {
        let words = self.words();
        let words = words.trim_end_matches('.');
        match self.code() {
            "" => format!("{words} ({})", self.status),
            code => format!("{words} ({} {code})", self.status),
        }
    }

    /// The detail without what it tells those who speak HTTP; whoever has a command line gets a hint of it.
    fn words(&self) -> String {
        let Document { title, detail, .. } = &self.document;
        let title = if title.is_empty() { "the hub refused" } else { title };
        if detail.is_empty() {
            return title.to_owned();
        }
        let is_http = |clause: &str| HTTP.iter().any(|word| clause.contains(word));
        let mut clauses = detail.split("; ");
        let first = clauses.next().filter(|clause| !is_http(clause)).unwrap_or(title);
        std::iter::once(first).chain(clauses.filter(|clause| !is_http(clause))).collect::<Vec<_>>().join("; ")
    }

    /// A line for every field or place that is wrong, and the request id when the fault is the hub's.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.document.errors.iter().map(line).collect();
        if self.status >= 500 {
            let id = Some(&self.document.request_id).filter(|id| !id.is_empty());
            lines.extend(id.map(|id| format!("request id: {id}")));
        }
        lines
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        let is_url = |entry: &ProblemEntry| entry.pointer == "/url";
        if self.is(&kinds::INDEX_INVALID) && self.document.errors.iter().any(is_url) {
            return "see whether the URL is the raw file's and whether it was pushed; --no-check registers it all the same";
        }
        if let Some((_, hint)) = HINTS.iter().find(|(kind, _)| self.is(kind)) {
            return hint;
        }
        // What has no remedy in words of this program has one in those of the contract.
        let kind = problem::find(self.code()).find(|kind| kind.status.is_some());
        kind.map_or(UNKNOWN, |kind| kind.remedy)
    }
}

/// What to do, in words of this program.
static HINTS: &[(&Kind, &str)] = &[
    (&kinds::UNAUTHORIZED, "set REUSE_SURFACE_TOKEN, or REUSE_SURFACE_TOKEN_FILE, to a token of this hub"),
    (&kinds::TOKEN_EXPIRED, "ask whoever runs the hub for a new token"),
    (&kinds::TOKEN_REVOKED, "ask whoever runs the hub for a new token"),
    (&kinds::TOO_MANY_FAILURES, "wait, and then use a token of this hub"),
    (&kinds::TOKEN_EXISTS, "take another name: see those in use with `reuse-surface hub token list`"),
    (&kinds::TOKEN_NOT_FOUND, "see the names with `reuse-surface hub token list`"),
    (&kinds::FORBIDDEN, "use a token whose scopes allow this: ask whoever runs the hub"),
    (&kinds::WRITES_DISABLED, "the hub has no token, so it refuses every write: start it with REUSE_SURFACE_TOKEN set"),
    (&kinds::REPO_NOT_FOUND, "see what is registered with `reuse-surface hub list`"),
    (&kinds::REPO_EXISTS, "change it with `reuse-surface hub update`, or take another name"),
    (
        &kinds::PRECONDITION_FAILED,
        "somebody changed it since: look at it with `reuse-surface hub show`, and repeat the change if it still fits",
    ),
    (&kinds::INDEX_INVALID, "correct the index, or register it as it is with --no-check"),
    (&kinds::REQUIRED_UNVERIFIED, "correct the index first, or leave `required` out until it is valid"),
    (&kinds::HELD_ANOTHER, "look at what is held by now with `reuse-surface hub show`, and release that"),
    (&kinds::NOTHING_HELD, "see how the source stands with `reuse-surface hub show`"),
    (&kinds::REVISION_GONE, "start again from the newest document (GET /v1/federated), or the search without --cursor"),
    (&kinds::REVISION_NOT_FOUND, "see the newest revision with `reuse-surface hub status`"),
    (&kinds::REFRESH_RUNNING, "try again in a minute; `reuse-surface hub list` shows what the other refresh found"),
    (&kinds::NOTHING_PUBLISHED, "see what the sources are waiting for with `reuse-surface hub status`"),
    (&kinds::INVALID_QUERY, "correct the option that is meant: `--help` says what it takes"),
    (&kinds::BUDGET_TOO_SMALL, "give --budget-tokens at least that much"),
    (&kinds::NOT_FOUND, "see whether --base-url or REUSE_SURFACE_URL ends where the hub begins, without `/v1`"),
    (
        &kinds::INVALID_TOKEN_REQUEST,
        "correct what is listed; `reuse-surface hub token create --help` says what each option takes",
    ),
    (
        &kinds::INVALID_REGISTRATION,
        "correct what is listed; `reuse-surface hub register --help` says what each field takes",
    ),
    (&kinds::STORE_UNAVAILABLE, "try again in a while; if it stays, tell whoever runs the hub, with the request id"),
    (&kinds::INTERNAL, "try again in a while; if it stays, tell whoever runs the hub, with the request id"),
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
