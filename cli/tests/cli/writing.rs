//! `hub register`, `hub update`, `hub deregister`, `hub compose`.

use crate::support::{Answer, Hub, Ran, problem, registration, source};
use serde_json::json;

const REGISTER: [&str; 8] = ["hub", "register", "--repo", "a", "--url", "https://example.org/a.yaml", "--domain", "d"];

fn created() -> Answer {
    Answer::json(201, &registration("a", "fresh"))
}

#[test]
fn register_asks_for_the_check_and_leaves_defaults_to_the_hub() {
    let hub = Hub::answering([created()]);
    let ran = Ran::against(&hub.url(), &[&REGISTER[..], &["-o", "json"]].concat()).ended(0);
    assert_eq!(ran.json(), registration("a", "fresh"));
    let asked = hub.asked();
    assert_eq!(asked[0].line, "POST /v1/repos?require_valid=true");
    assert_eq!(asked[0].json(), json!({ "repo": "a", "url": "https://example.org/a.yaml", "domain": "d" }));
    assert_eq!(asked[0].header("authorization"), Some("Bearer s3cret-token"));
    assert_eq!(asked[0].header("content-type"), Some("application/json"));
}

#[test]
fn what_is_odd_about_a_registration_is_warned_of() {
    let mut body = registration("a", "fresh");
    body["warnings"] =
        json!([{ "pointer": "/url", "code": "url-registered", "message": "This index is registered as `b` too." }]);
    let hub = Hub::answering([Answer::json(201, &body), Answer::json(200, &body)]);
    let ran = Ran::against(&hub.url(), &REGISTER).ended(0);
    assert!(ran.err.contains("warning: This index is registered as `b` too."), "{ran:?}");
    let ran = Ran::against(&hub.url(), &["hub", "show", "--repo", "a", "-o", "json"]).ended(0);
    assert!(ran.err.starts_with("warning: ") && ran.json()["warnings"][0]["code"] == "url-registered", "{ran:?}");
}

#[test]
fn register_sends_every_flag() {
    let hub = Hub::answering([created(), created()]);
    let flags =
        ["--description", "what", "--required", "--disabled", "--cache-ttl-seconds", "0", "--format", "codemeta"];
    let ran = Ran::against(&hub.url(), &[&REGISTER[..], &flags, &["--dry-run"]].concat()).ended(0);
    assert!(ran.err.contains("nothing was written"), "{ran:?}");
    Ran::against(&hub.url(), &[&REGISTER[..], &["--no-check", "-q"]].concat()).ended(0);
    let asked = hub.asked();
    assert_eq!(asked[0].line, "POST /v1/repos?require_valid=true&dry_run=true");
    let body = asked[0].json();
    assert_eq!((&body["enabled"], &body["required"]), (&json!(false), &json!(true)));
    assert_eq!((&body["cache_ttl_seconds"], &body["description"]), (&json!(0), &json!("what")));
    assert_eq!(body["format"], "codemeta");
    assert_eq!(asked[1].line, "POST /v1/repos");
}

#[test]
fn update_patches_what_is_named_and_nothing_else() {
    let hub = Hub::answering([Answer::json(200, &registration("a", "fresh"))]);
    let arguments = ["hub", "update", "--repo", "a", "--enabled", "true", "--description", "", "--if-match", "v7"];
    let ran = Ran::against(&hub.url(), &arguments).ended(0);
    assert_eq!(ran.err, "updated a\n");
    let asked = hub.asked();
    assert_eq!(asked[0].line, "PATCH /v1/repos/a");
    assert_eq!(asked[0].json(), json!({ "enabled": true, "description": "" }));
    assert_eq!(asked[0].header("content-type"), Some("application/merge-patch+json"));
    assert_eq!(asked[0].header("if-match"), Some("\"v7\""));
}

#[test]
fn update_sets_a_format_that_there_is() {
    let hub = Hub::answering([Answer::json(200, &registration("a", "fresh"))]);
    let arguments = ["hub", "update", "--repo", "a", "--if-match", "v7", "--format"];
    let ran = Ran::against(&hub.url(), &[&arguments[..], &["toml"]].concat()).ended(2);
    assert!(ran.err.contains("catalog-info"), "{ran:?}");
    Ran::against(&hub.url(), &[&arguments[..], &["agent-card"]].concat()).ended(0);
    assert_eq!(hub.asked()[0].json(), json!({ "format": "agent-card" }));
}

/// The registration as a read returns it.
fn read(description: &str) -> Answer {
    let mut body = registration("a", "fresh");
    body["description"] = description.into();
    Answer::with(200, "content-type: application/json\r\netag: \"v1\"\r\n", &body.to_string())
}

#[test]
fn update_changes_only_what_it_has_read() {
    let hub = Hub::answering([read(""), Answer::json(200, &registration("a", "fresh"))]);
    Ran::against(&hub.url(), &["hub", "update", "--repo", "a", "--required", "false"]).ended(0);
    let asked = hub.asked();
    assert_eq!((asked[0].line.as_str(), asked[0].header("authorization")), ("GET /v1/repos/a", None));
    assert_eq!(asked[1].header("if-match"), Some("\"v1\""));
}

#[test]
fn update_says_who_changed_what_in_between() {
    let conflict = || problem(412, "precondition-failed", "Somebody changed it.");
    let event = json!({ "events": [{
        "number": 9, "at": "2026-11-24T08:12:53Z", "actor": "anna", "action": "update", "kind": "repo", "subject": "a",
        "before": {"domain": "d"}, "after": {"domain": "e"}, "revision": null, "request_id": "r-1",
    }], "next": null });
    let update = ["hub", "update", "--repo", "a", "--required", "false"];
    let hub = Hub::answering([read(""), conflict(), Answer::json(200, &event)]);
    let ran = Ran::against(&hub.url(), &update).ended(1);
    assert!(
        ran.err.starts_with(
            "error: Somebody changed it (412 precondition-failed)\n  update by anna at 2026-11-24T08:12:53Z\n  \
             domain: \"d\" -> \"e\"\nhint: "
        ),
        "{ran:?}"
    );
    assert_eq!(hub.asked()[2].line, "GET /v1/events?repo=a&limit=1");
    // If the hub does not say who made the change, at least what differs.
    let hub = Hub::answering([read(""), conflict(), problem(404, "not-found", "No."), read("theirs")]);
    let ran = Ran::against(&hub.url(), &update).ended(1);
    assert!(ran.err.contains("precondition-failed)\n  description is now \"theirs\"\nhint: "), "{ran:?}");
}

#[test]
fn deregister_gives_machines_an_object() {
    let hub = Hub::answering([Answer::with(204, "", ""), Answer::with(204, "", "")]);
    let ran = Ran::against(&hub.url(), &["hub", "deregister", "--repo", "a", "-o", "json"]).ended(0);
    assert_eq!(ran.json(), json!({ "repo": "a", "deregistered": true }));
    assert_eq!(Ran::against(&hub.url(), &["hub", "deregister", "--repo", "a"]).ended(0).out, "deregistered a\n");
    let asked = hub.asked();
    assert_eq!((asked[0].line.as_str(), asked[0].header("if-match")), ("DELETE /v1/repos/a", None));
    let hub = Hub::answering([Answer::with(204, "", "")]);
    Ran::against(&hub.url(), &["hub", "deregister", "--repo", "a", "--if-match", "v1"]).ended(0);
    assert_eq!(hub.asked()[0].header("if-match"), Some("\"v1\""));
}

#[test]
fn compose_reports_every_source() {
    let body = json!({ "revision": 4, "digest": "sha256:abababababababababababababababababababababababababababababababab", "published": true, "fetched": 1, "failed": 0,
        "sources": [source("a", "accepted", "fresh"), source("b", "held", "held"), source("c", "disabled", "disabled")] });
    let hub = Hub::answering([Answer::json(200, &body), Answer::json(200, &body)]);
    let ran = Ran::against(&hub.url(), &["hub", "compose"]).ended(0);
    assert!(
        ran.out.starts_with("revision 4 published\nREPO  OUTCOME   STATE     CAPABILITIES  REASON\n"),
        "{}",
        ran.out
    );
    assert_eq!(Ran::against(&hub.url(), &["hub", "compose", "--force", "-o", "json"]).ended(0).json(), body);
    let lines: Vec<_> = hub.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["POST /v1/federated/compose", "POST /v1/federated/compose?force=true"]);
}

#[test]
fn compose_says_no_when_a_source_failed_now_or_is_still_broken() {
    for (outcome, state) in [("failed", "stale"), ("failed", "failed"), ("not-due", "failed"), ("not-due", "stale")] {
        let body = json!({ "revision": 4, "digest": "sha256:abababababababababababababababababababababababababababababababab", "published": false, "fetched": 1, "failed": 1,
            "sources": [source("a", "unchanged", "fresh"), source("b", outcome, state)] });
        let hub = Hub::answering([Answer::json(200, &body)]);
        let ran = Ran::against(&hub.url(), &["hub", "compose", "-o", "json"]).ended(1);
        assert_eq!(ran.json(), body);
        let expected = "error: 1 source has no valid index now\n  b: http-status: the server answered 404\nhint: ";
        assert!(ran.err.starts_with(expected), "{ran:?}");
    }
}

fn refreshed() -> Answer {
    let source = json!({"repo": "a", "outcome": "accepted", "state": "fresh", "reason": null, "message": null, "capability_count": 1, "diagnostics": []});
    Answer::json(
        200,
        &json!({"revision": 2, "digest": format!("sha256:{}", "0".repeat(64)), "published": true, "source": source}),
    )
}

#[test]
fn refresh_names_a_commit_if_it_is_told_one() {
    let hub = Hub::answering([refreshed(), refreshed()]);
    let sha = "28e1879d029cb852e4844d9c718537df08844e03";
    let arguments = ["hub", "refresh", "--repo", "a", "--commit", sha, "--ref", "refs/heads/main"];
    Ran::against(&hub.url(), &arguments).ended(0);
    Ran::against(&hub.url(), &arguments[..4]).ended(0);
    Ran::against(&hub.url(), &["hub", "refresh", "--repo", "a", "--ref", "refs/heads/main"]).ended(2);
    Ran::against(&hub.url(), &["hub", "refresh", "--repo", "a", "--oidc", "--commit", sha]).ended(2);
    let asked = hub.asked();
    assert_eq!(asked[0].json(), json!({"commit": sha, "ref": "refs/heads/main"}));
    assert_eq!(asked[1].header("content-type"), None);
}
