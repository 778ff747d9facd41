//! A problem as the result of a tool: in the words of the tools, since a model cannot send requests of its own.

use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Kind, Problem, kinds};
use http::header::RETRY_AFTER;
use rmcp::model::{CallToolResult, ContentBlock, JsonObject};
use serde_json::Value;

/// Requests that problems recommend to users of the API, and the tool that does the same. Of two that begin alike, the longer comes first.
const TOOLS: [(&str, &str); 3] = [
    ("GET /v1/capabilities?q=WORDS", super::search_capabilities::NAME),
    ("GET /v1/capabilities", super::search_capabilities::NAME),
    ("GET /v1/repos", super::list_repos::NAME),
];

/// Remedies that replace those in the table of problems, which name parts of HTTP.
static REMEDIES: [(&Kind, &str); 6] = [
    (&kinds::INVALID_QUERY, "correct the argument that `detail` names"),
    (&kinds::REVISION_GONE, "call again without `cursor`"),
    (&kinds::NOTHING_PUBLISHED, "call again after `retry_after_seconds`; `list_repos` shows the state of every source"),
    (&kinds::INTERNAL, "call again; if this repeats, report it to the operator of the hub"),
    (&kinds::STORE_UNAVAILABLE, CALL_AGAIN),
    (&kinds::STORE_FULL, CALL_AGAIN),
];
const CALL_AGAIN: &str =
    "call again after `retry_after_seconds`; if this repeats, report it to the operator of the hub";

/// The problem document that HTTP clients get, with the remedy, which they would find at its `type`.
pub fn result<P: Ports>(app: &App<P>, problem: &Problem) -> CallToolResult {
    let body = problem.body(app.public_url(), "", None);
    let mut document: JsonObject = serde_json::from_slice(&body).unwrap_or_default();
    for of_http in ["status", "request_id"] {
        document.remove(of_http);
    }
    if *problem.kind() == kinds::INVALID_QUERY {
        document.insert("title".to_owned(), "An argument is not valid".into());
    }
    document.insert("detail".to_owned(), with_tools(problem.detail()).into());
    document.insert("remedy".to_owned(), with_tools(remedy(problem.kind())).into());
    if let Some(seconds) = retry_after(problem) {
        document.insert("retry_after_seconds".to_owned(), seconds.into());
    }
    CallToolResult::error(vec![ContentBlock::text(Value::Object(document).to_string())])
}

fn remedy(kind: &Kind) -> &'static str {
    REMEDIES.iter().find(|(of, _)| *of == kind).map_or(kind.remedy, |(_, remedy)| remedy)
}

fn with_tools(words: &str) -> String {
    TOOLS.iter().fold(words.to_owned(), |words, (request, tool)| words.replace(request, tool))
}

fn retry_after(problem: &Problem) -> Option<u32> {
    problem.headers().iter().find(|(name, _)| *name == RETRY_AFTER)?.1.to_str().ok()?.parse().ok()
}
