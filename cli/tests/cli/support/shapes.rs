//! Responses of a hub.

use super::Answer;
use serde_json::{Value, json};

/// A registration whose source is in `state`.
pub(crate) fn registration(repo: &str, state: &str) -> Value {
    let has_snapshot = matches!(state, "fresh" | "stale" | "held");
    let reason = match state {
        "stale" => Some(("http-status", "the server answered 404")),
        "failed" => Some(("schema-type", "the index is not valid")),
        "held" => Some(("held-shrunk", "the index lost 9 of 12 capabilities")),
        _ => None,
    };
    let diagnostics = if state == "failed" {
        json!([{ "code": "schema-type", "pointer": "/capabilities/0/id", "line": 7, "column": 9, "message": "no string",
            "snippet": { "text": "  - id: 7", "column": 9 } }])
    } else {
        json!([])
    };
    json!({
        "repo": repo, "url": format!("https://example.org/{repo}.yaml"), "domain": "registry",
        "enabled": state != "disabled", "required": false, "cache_ttl_seconds": 3600, "description": "",
        "registered_at": "2026-11-24T08:12:53Z", "updated_at": "2026-11-24T08:12:53Z", "registered_by": "bootstrap",
        "status": {
            "state": state, "reason": reason.map(|it| it.0), "message": reason.map(|it| it.1),
            "failing_since": reason.map(|_| "2026-11-24T09:00:00Z"),
            "verified_at": has_snapshot.then_some("2026-11-23T10:00:00Z"),
            "last_attempt_at": null, "next_check_at": null, "pushed_at": null, "consecutive_failures": 0, "http_status": null,
            "index_digest": has_snapshot.then_some("sha256:abababababababababababababababababababababababababababababababab"), "capability_count": if has_snapshot { 3 } else { 0 },
            "held_digest": null, "diagnostics": diagnostics,
        },
        "x_new_field": "kept",
    })
}

/// An index with the capabilities `<repo>.<number>.x`.
pub(crate) fn index(repo: &str, numbers: std::ops::Range<u32>) -> String {
    let capability = |number| format!("- id: {repo}.n{number}.x\n  name: Capability {number}\n");
    format!(
        "version: 1\ncapabilities:{}\n{}",
        if numbers.is_empty() { " []" } else { "" },
        numbers.map(capability).collect::<String>()
    )
}

/// A page of `GET /v1/repos`.
pub(crate) fn page(repos: &[Value], total: usize, next: Option<&str>) -> Answer {
    Answer::json(200, &json!({ "repos": repos, "total": total, "next": next }))
}

/// A problem document.
pub(crate) fn problem(status: u16, code: &str, detail: &str) -> Answer {
    let body = json!({
        "type": format!("https://example.org/problems/{code}"), "title": "No", "status": status, "detail": detail,
        "code": code, "request_id": "r-1", "errors": [],
    });
    Answer::body(status, "application/problem+json", &body.to_string())
}

/// What a composition reports about a source.
pub(crate) fn source(repo: &str, outcome: &str, state: &str) -> Value {
    let reason = (state != "fresh" && state != "disabled").then_some("http-status");
    json!({
        "repo": repo, "outcome": outcome, "state": state, "reason": reason,
        "message": reason.map(|_| "the server answered 404"), "capability_count": 3, "diagnostics": [],
    })
}
