//! Requests that the hub rejects: exit codes, messages and remedies.

use crate::support::{Answer, Hub, Ran, problem};
use serde_json::json;

#[test]
fn each_refusal_has_its_exit_code_and_remedy() {
    let register = ["hub", "register", "--repo", "a", "--url", "https://example.org/a", "--domain", "d"];
    let update = ["hub", "update", "--repo", "a", "--enabled", "true", "--if-match", "v1"];
    let cases: [(&[&str], u16, &str, i32, &str); 11] = [
        (&register, 401, "unauthorized", 4, "hint: set REUSE_SURFACE_TOKEN"),
        (&register, 403, "writes-disabled", 4, "hint: the hub has no token"),
        (&register, 403, "forbidden", 4, "hint: use a token whose scopes allow this"),
        (
            &["hub", "show", "--repo", "a"],
            404,
            "repo-not-found",
            1,
            "hint: list the registrations with `reuse-surface hub list`",
        ),
        (&register, 409, "repo-exists", 1, "hint: change it with `reuse-surface hub update`"),
        (&update, 412, "precondition-failed", 1, "hint: read the registration again with `reuse-surface hub show`"),
        (&register, 422, "index-invalid", 1, "or register it anyway with --no-check"),
        (&update, 422, "required-unverified", 1, "hint: correct the index first"),
        (&["hub", "compose"], 503, "refresh-running", 1, "hint: try again in a minute"),
        (&["hub", "compose"], 503, "store-unavailable", 1, "hint: try again later"),
        (&["hub", "status"], 500, "internal", 1, "  request id: r-1\n"),
    ];
    for (arguments, status, code, exit, remedy) in cases {
        let hub = Hub::answering([problem(status, code, "It cannot be done.")]);
        let ran = Ran::against(&hub.url(), arguments).ended(exit);
        assert_eq!(ran.out, "", "{code}");
        assert!(ran.err.starts_with(&format!("error: It cannot be done ({status} {code})\n")), "{ran:?}");
        assert!(ran.err.contains(remedy), "{ran:?}");
    }
}

#[test]
fn each_wrong_field_and_each_place_in_the_index_gets_a_line() {
    let body = json!({ "status": 422, "code": "invalid-registration", "detail": "2 fields are wrong", "errors": [
        { "pointer": "/url", "message": "must be absolute", "code": "url-relative" },
        { "pointer": "/capabilities/0/id", "message": "no string", "code": "schema-type", "line": 7, "column": 9 },
    ]});
    let hub = Hub::answering([Answer::body(422, "application/problem+json", &body.to_string())]);
    let ran = Ran::against(&hub.url(), &["hub", "update", "--repo", "a", "--url", "x", "--if-match", "v1"]).ended(1);
    assert_eq!(
        ran.err,
        "error: 2 fields are wrong (422 invalid-registration)\n  /url: must be absolute\n  \
         /capabilities/0/id (line 7, column 9): no string\n\
         hint: correct the listed fields; `reuse-surface hub register --help` describes each of them\n"
    );
}

#[test]
fn a_problem_of_an_unknown_kind_is_still_told() {
    let hub = Hub::answering([Answer::json(418, &json!({ "title": "Teapot", "errors": [{}] }))]);
    let ran = Ran::against(&hub.url(), &["hub", "list"]).ended(1);
    assert_eq!(
        ran.err,
        "error: Teapot (418)\n  the document: not accepted\nhint: the hub explains its codes at /problems; `reuse-surface doctor` compares its version with this one\n"
    );
}

/// The `detail` of a problem is for programs; a person at a terminal cannot do what it says.
#[test]
fn the_words_are_those_of_the_command_line() {
    let list = ["hub", "list"];
    let register = ["hub", "register", "--repo", "a", "--url", "https://example.org/a", "--domain", "d"];
    let token = ["hub", "token", "create", "a", "--scope", "compose"];
    let search = ["hub", "search", "a"];
    let cases: [(&[&str], u16, &str, &str, &str); 6] = [
        (
            &register,
            401,
            "unauthorized",
            "Send one `Authorization: Bearer <token>` header.",
            "error: The title (401 unauthorized)\nhint: set REUSE_SURFACE_TOKEN, or REUSE_SURFACE_TOKEN_FILE,",
        ),
        (
            &register,
            409,
            "repo-exists",
            "`a` is already registered; change it with `PATCH /v1/repos/a`.",
            "error: `a` is already registered (409 repo-exists)\nhint: change it with `reuse-surface hub update`",
        ),
        (
            &token,
            422,
            "invalid-token-request",
            "Correct the fields listed under `errors`; nothing was written.",
            "error: The title; nothing was written (422 invalid-token-request)\nhint: correct the listed fields",
        ),
        (
            &list,
            404,
            "not-found",
            "`/v1/v1/repos` is not a path of this hub; `/openapi.json` lists all paths.",
            "error: `/v1/v1/repos` is not a path of this hub (404 not-found)\nhint: check that --base-url",
        ),
        (
            &search,
            422,
            "budget-too-small",
            "The smallest response has 98 bytes; set `budget_tokens` to 25 or more.",
            "error: The smallest response has 98 bytes; set `budget_tokens` to 25 or more (422 budget-too-small)\n\
             hint: set --budget-tokens to at least that value",
        ),
        (
            &search,
            400,
            "invalid-query",
            "`cursor` was not issued by this hub; start again without it.",
            "error: `cursor` was not issued by this hub; start again without it (400 invalid-query)\nhint: correct the option",
        ),
    ];
    for (arguments, status, code, detail, words) in cases {
        let body = json!({ "status": status, "code": code, "title": "The title", "detail": detail });
        let hub = Hub::answering([Answer::body(status, "application/problem+json", &body.to_string())]);
        let ran = Ran::against(&hub.url(), arguments);
        assert!(ran.err.starts_with(words), "{ran:?}");
    }
}

#[test]
fn an_index_that_was_not_reached_is_not_to_be_corrected() {
    let register = ["hub", "register", "--repo", "a", "--url", "https://example.org/a", "--domain", "d"];
    for (pointer, remedy) in
        [("/url", "check that the URL is that of the raw file"), ("/version", "correct the index,")]
    {
        let errors = json!([{ "pointer": pointer, "message": "no", "code": "c" }]);
        let body = json!({ "status": 422, "code": "index-invalid", "detail": "No.", "errors": errors });
        let hub = Hub::answering([Answer::body(422, "application/problem+json", &body.to_string())]);
        let ran = Ran::against(&hub.url(), &register).ended(1);
        assert!(ran.err.contains(&format!("\nhint: {remedy}")), "{ran:?}");
    }
}
