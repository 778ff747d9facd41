//! `hub check`, `hub refresh`, `hub release`, `hub changes`, and `hub register --dry-run`.

use crate::support::{Answer, Hub, Ran, problem, registration, source};
use serde_json::{Value, json};

fn verdict(valid: bool, would: &Value) -> Answer {
    let diagnostics = if valid {
        json!([])
    } else {
        json!([{ "code": "schema-type", "pointer": "/capabilities/0/id", "line": 7, "column": 9, "message": "no string" }])
    };
    let reason = (!valid).then_some("schema-type");
    Answer::json(
        200,
        &json!({ "valid": valid, "reason": reason, "message": reason.map(|_| "the index is not valid"), "http_status": 200,
            "index_digest": "sha256:abababababababababababababababababababababababababababababababab", "capability_count": 3, "diagnostics": diagnostics, "would": would }),
    )
}

#[test]
fn check_of_a_url_sends_the_url_and_the_token() {
    let hub = Hub::answering([verdict(true, &Value::Null)]);
    let ran = Ran::against(&hub.url(), &["hub", "check", "--url", "https://example.org/a.yaml"]).ended(0);
    assert!(ran.out.contains("valid         yes\n") && !ran.out.contains("a refresh"), "{ran:?}");
    let asked = hub.asked();
    assert_eq!(asked[0].line, "POST /v1/check");
    assert_eq!(asked[0].json(), json!({ "url": "https://example.org/a.yaml" }));
    assert_eq!(asked[0].header("authorization"), Some("Bearer s3cret-token"));
}

#[test]
fn check_of_a_repo_sends_its_registration_and_says_what_would_change() {
    let would = json!({ "outcome": "held", "added": ["a.new"], "changed": ["a.same"], "removed": ["a.old"],
        "conflicts": [{ "id": "a.new", "repos": ["a", "b"] }] });
    let hub = Hub::answering([Answer::json(200, &registration("a", "fresh")), verdict(true, &would)]);
    let ran = Ran::against(&hub.url(), &["hub", "check", "--repo", "a"]).ended(0);
    assert!(ran.out.contains("a refresh     would hold it back"), "{ran:?}");
    assert!(ran.out.ends_with("-  a.old\n+  a.new\n~  a.same\n!  a.new would be published by a, b\n"), "{ran:?}");
    let asked = hub.asked();
    assert_eq!(asked[0].line, "GET /v1/repos/a");
    let sent = asked[1].json();
    assert_eq!((&sent["repo"], &sent["url"]), (&json!("a"), &json!("https://example.org/a.yaml")));
    assert!(sent.get("status").is_none() && sent.get("registered_at").is_none() && sent.get("x_new_field").is_none());
}

#[test]
fn check_ends_with_one_when_the_index_is_not_valid() {
    let answer = || verdict(false, &json!({ "outcome": "failed" }));
    let hub = Hub::answering([answer(), answer()]);
    let arguments = ["hub", "check", "--url", "https://example.org/a.yaml"];
    let ran = Ran::against(&hub.url(), &arguments).ended(1);
    assert!(ran.out.contains("diagnostics\n  7:9 schema-type at /capabilities/0/id: no string\n"), "{ran:?}");
    assert!(ran.err.starts_with("error: the index is not valid\n  schema-type: the index is not valid\n"), "{ran:?}");
    let json = Ran::against(&hub.url(), &[&arguments[..], &["-o", "json"]].concat()).ended(1).json();
    assert_eq!(json["diagnostics"][0]["line"], 7);
}

#[test]
fn check_ends_with_one_when_others_use_what_goes_unless_told_otherwise() {
    let would = json!({ "outcome": "accepted", "removed": ["a.old"], "affected_omitted": 2,
        "affected": [{ "id": "a.old", "how": "removed", "replaced_by": "a.new", "total": 3, "consumers": ["b", "c"] },
            { "id": "a.b", "how": "hidden", "replaced_by": null, "total": 1, "consumers": ["d"] }] });
    let url = ["hub", "check", "--url", "https://example.org/a.yaml"];
    let run = |more: &[&str]| {
        let hub = Hub::answering([verdict(true, &would)]);
        Ran::against(&hub.url(), &[&url[..], more].concat())
    };
    let ran = run(&[]).ended(1);
    assert!(
        ran.out.contains("!  a.old would be removed, and is used by b, c and 1 more; a.new replaces it\n"),
        "{ran:?}"
    );
    assert!(
        ran.out.ends_with("!  a.b would be hidden, and is used by d\n!  2 more capabilities that other repos use\n"),
        "{ran:?}"
    );
    assert!(
        ran.err.starts_with("error: the index removes or deprecates 4 capabilities that other repos use\n"),
        "{ran:?}"
    );
    let comment = run(&["--format", "markdown"]).ended(1).out;
    assert!(
        comment.contains("- `a.old` would be `removed`, and is used by `b`, `c` and 1 more; `a.new` replaces it\n"),
        "{comment}"
    );
    assert!(comment.contains("used by `d`\n- 2 more capabilities that other repos use\n"), "{comment}");
    run(&["--allow-affected"]).ended(0);
}

#[test]
fn check_wants_a_url_or_a_repo() {
    for arguments in [&["hub", "check"][..], &["hub", "check", "--repo", "a", "--url", "https://h/a"]] {
        Ran::against("http://127.0.0.1:9", arguments).ended(2);
    }
}

#[test]
fn refresh_says_no_when_the_check_failed() {
    let answer = |outcome, state| {
        Answer::json(
            200,
            &json!({ "revision": 4, "digest": "sha256:abababababababababababababababababababababababababababababababab", "published": true, "source": source("a", outcome, state) }),
        )
    };
    let hub = Hub::answering([answer("accepted", "fresh"), answer("held", "held"), answer("failed", "stale")]);
    let refresh = |exit| Ran::against(&hub.url(), &["hub", "refresh", "--repo", "a"]).ended(exit);
    assert!(refresh(0).out.starts_with("revision 4 published\nREPO  OUTCOME   STATE"));
    assert!(refresh(0).out.contains("a     held     held"));
    assert!(refresh(1).err.starts_with("error: 1 source has no valid index now\n  a: http-status: "));
    let asked = hub.asked();
    assert_eq!(asked[0].line, "POST /v1/repos/a/refresh");
    assert_eq!(asked[0].header("authorization"), Some("Bearer s3cret-token"));
}

#[test]
fn release_reports_the_source_or_that_nothing_is_held() {
    let body = json!({ "revision": 5, "digest": "sha256:abababababababababababababababababababababababababababababababab", "published": true, "source": source("a", "accepted", "fresh") });
    let hub = Hub::answering([Answer::json(200, &body), problem(409, "nothing-held", "Nothing is held.")]);
    let release = |exit| Ran::against(&hub.url(), &["hub", "release", "--repo", "a", "-o", "json"]).ended(exit);
    assert_eq!(release(0).json(), body);
    assert!(release(1).err.contains("nothing-held)\nhint: show the state of the source"));
    assert_eq!(hub.asked()[0].line, "POST /v1/repos/a/release");

    let digest = format!("sha256:{}", "0".repeat(64));
    let hub = Hub::answering([Answer::json(200, &body), problem(409, "held-another", "Another is held.")]);
    let release = |digest: &str, exit| {
        Ran::against(&hub.url(), &["hub", "release", "--repo", "a", "--digest", digest]).ended(exit)
    };
    release(&digest, 0);
    assert!(release(&digest, 1).err.contains("held-another)\nhint: review the index that is held now"));
    release("sha256:1", 2);
    assert_eq!(hub.asked()[0].line, "POST /v1/repos/a/release?digest=sha256%3A".to_owned() + &"0".repeat(64));
}

fn changes(since: u64, until: u64, newest: u64) -> Answer {
    let item = |revision| {
        json!({ "revision": revision, "op": "added", "id": format!("a.n{revision}"), "source_repo": "a", "position": 0,
            "before": null, "after": { "id": format!("a.n{revision}") } })
    };
    Answer::json(
        200,
        &json!({ "since": since, "until": until, "newest": newest, "head": { "revision": until },
            "items": (since + 1..=until).map(item).collect::<Vec<_>>(), "next": (until < newest).then_some(until) }),
    )
}

#[test]
fn changes_are_read_to_the_newest_revision_and_merged() {
    let hub = Hub::answering([changes(1, 3, 4), changes(3, 4, 4)]);
    let value = Ran::against(&hub.url(), &["hub", "changes", "--since", "1", "-o", "json"]).ended(0).json();
    let names: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(names, ["since", "until", "newest", "head", "items"]);
    assert_eq!((&value["since"], &value["until"], &value["head"]["revision"]), (&json!(1), &json!(4), &json!(4)));
    let revisions: Vec<_> = value["items"].as_array().unwrap().iter().map(|item| item["revision"].as_u64()).collect();
    assert_eq!(revisions, [Some(2), Some(3), Some(4)]);
    let lines: Vec<_> = hub.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["GET /v1/changes?since=1&limit=100", "GET /v1/changes?since=3&limit=100"]);
}

#[test]
fn changes_stop_at_the_limit_and_say_how_to_go_on() {
    let hub = Hub::answering([changes(1, 3, 9)]);
    let ran = Ran::against(&hub.url(), &["hub", "changes", "--since", "1", "--limit", "2"]).ended(0);
    assert_eq!(ran.out, "REVISION  OP     REPO  ID\n2         added  a     a.n2\n3         added  a     a.n3\n");
    assert_eq!(ran.err, "read up to revision 3 of 9: continue with --since 3\n");
    assert_eq!(hub.asked()[0].line, "GET /v1/changes?since=1&limit=2");
}

#[test]
fn changes_end_when_a_hub_promises_more_and_comes_no_closer() {
    let page = json!({ "since": 1, "until": 1, "newest": 9, "head": {}, "items": [], "next": 1 });
    let hub = Hub::answering([Answer::json(200, &page)]);
    Ran::against(&hub.url(), &["hub", "changes", "--since", "1"]).ended(0);
}

#[test]
fn changes_that_are_gone_have_a_remedy() {
    let hub = Hub::answering([problem(410, "revision-gone", "Revision 1 is no longer kept.")]);
    let ran = Ran::against(&hub.url(), &["hub", "changes", "--since", "1"]).ended(1);
    assert!(ran.err.contains("hint: start again from the newest document"), "{ran:?}");
}

#[test]
fn a_dry_run_says_no_unless_the_source_would_be_fresh() {
    for (state, exit) in [("fresh", 0), ("disabled", 0), ("failed", 1), ("pending", 1)] {
        let hub = Hub::answering([Answer::json(200, &registration("a", state))]);
        let register = ["hub", "register", "--repo", "a", "--url", "https://example.org/a.yaml", "--domain", "d"];
        let ran = Ran::against(&hub.url(), &[&register[..], &["--dry-run"]].concat()).ended(exit);
        assert_eq!(ran.err.contains(&format!("error: the source would be {state}\n")), exit == 1, "{ran:?}");
        assert_eq!(ran.out.contains("7:9 schema-type"), state == "failed", "{ran:?}");
    }
}

#[test]
fn an_invalid_index_is_refused_with_its_lines() {
    let body = json!({ "status": 422, "code": "index-invalid", "detail": "It is not valid.",
        "errors": [{ "pointer": "/capabilities/0/id", "code": "schema-type", "message": "no string", "line": 7, "column": 9 }] });
    let hub = Hub::answering([Answer::json(422, &body)]);
    let register = ["hub", "register", "--repo", "a", "--url", "https://example.org/a.yaml", "--domain", "d"];
    let ran = Ran::against(&hub.url(), &register).ended(1);
    assert!(ran.err.contains("\n  /capabilities/0/id (line 7, column 9): no string\nhint: "), "{ran:?}");
}
