//! `hub apply`.

use crate::support::{Answer, Hub, Place, Ran, problem, registration};
use serde_json::{Value, json};

/// A registration as it appears in a file.
fn declared(repo: &str, more: Value) -> Value {
    let mut body = json!({"repo": repo, "url": format!("https://example.org/{repo}.yaml"), "domain": "registry"});
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    body
}

/// The same on the hub.
fn live(repo: &str, more: Value) -> Value {
    let mut body = registration(repo, "fresh");
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    body
}

fn list(registrations: &[Value]) -> Answer {
    Answer::json(200, &json!({"repos": registrations, "total": registrations.len(), "next": null}))
}

fn one(registration: &Value) -> Answer {
    Answer::with(200, "content-type: application/json\r\netag: \"v1\"\r\n", &registration.to_string())
}

fn apply(hub: &Hub, file: &[Value], arguments: &[&str]) -> Ran {
    let place = Place::new();
    place.write("registrations.yaml", &json!({ "registrations": file }).to_string());
    let path = place.path("registrations.yaml");
    let path = path.to_str().expect("UTF-8");
    Ran::against(&hub.url(), &[&["hub", "apply", "-f", path], arguments].concat())
}

fn actions(ran: &Ran) -> Vec<String> {
    let items = ran.json()["registrations"].as_array().expect("a list").clone();
    items
        .iter()
        .map(|item| format!("{} {}", item["action"].as_str().unwrap(), item["repo"].as_str().unwrap()))
        .collect()
}

#[test]
fn what_is_missing_is_registered_and_what_differs_is_changed_under_the_tag_that_was_read() {
    let old = live("b", json!({"description": "old", "labels": {"team": "x", "tier": "1"}}));
    let hub = Hub::answering([
        list(&[live("a", json!({})), old.clone(), live("foreign", json!({}))]),
        one(&old),
        one(&old),
        Answer::json(201, &live("c", json!({}))),
    ]);
    let file = [
        declared("c", json!({"required": true})),
        declared("b", json!({"cache_ttl_seconds": 60.0, "labels": {"team": "y"}})),
        declared("a", json!({})),
    ];
    let ran = apply(&hub, &file, &["-o", "json"]).ended(0);
    assert_eq!(actions(&ran), ["unchanged a", "update b", "create c"]);
    assert_eq!(
        ran.json()["registrations"][1],
        json!({"repo": "b", "action": "update", "error": null, "changes": [
            {"field": "cache_ttl_seconds", "from": 3600, "to": 60},
            {"field": "description", "from": "old", "to": ""},
            {"field": "labels", "from": {"team": "x", "tier": "1"}, "to": {"team": "y"}},
        ]})
    );
    assert_eq!(ran.err, "1 created, 1 updated, 0 removed, 1 unchanged\n");
    let asked = hub.asked();
    let lines: Vec<&str> = asked.iter().map(|asked| asked.line.as_str()).collect();
    assert_eq!(lines, ["GET /v1/repos?limit=1000", "GET /v1/repos/b", "PATCH /v1/repos/b", "POST /v1/repos"]);
    assert_eq!(asked[2].header("if-match"), Some("\"v1\""));
    // A merge patch names what is removed.
    let patch = json!({"cache_ttl_seconds": 60, "description": "", "labels": {"team": "y", "tier": null}});
    assert_eq!(asked[2].json(), patch);
    assert_eq!((&asked[3].json()["repo"], &asked[3].json()["required"]), (&json!("c"), &json!(true)));
}

#[test]
fn a_dry_run_writes_nothing_and_says_by_its_exit_code_whether_anything_differs() {
    let file = [declared("a", json!({"description": "new"})), declared("b", json!({}))];
    for (arguments, code) in [(&["--dry-run"][..], 0), (&["--dry-run", "--exit-code"], 5)] {
        let hub = Hub::answering([list(&[live("a", json!({"description": "old"}))])]);
        let ran = apply(&hub, &file, arguments).ended(code);
        let expected = "~  a  update\n   - description: \"old\"\n   + description: \"new\"\n+  b  create\n";
        assert!(ran.out.starts_with(expected), "{}", ran.out);
        assert_eq!(ran.err, "1 created, 1 updated, 0 removed, 0 unchanged; nothing was written\n");
        assert_eq!(hub.asked().len(), 1);
    }
    let hub = Hub::answering([list(&[live("a", json!({"description": "new"})), live("b", json!({}))])]);
    let ran = apply(&hub, &file, &["--dry-run", "--exit-code"]).ended(0);
    assert_eq!(ran.out, "");
}

#[test]
fn pruning_removes_what_has_the_label_and_is_not_in_the_file() {
    let team = json!({"labels": {"team": "x"}});
    let on_hub = [
        live("gone", team.clone()),
        live("kept", team.clone()),
        live("other", json!({"labels": {"team": "y"}})),
        live("relabelled", team.clone()),
        live("stays", team.clone()),
    ];
    let hub = Hub::answering([list(&on_hub), one(&on_hub[0]), Answer::with(204, "", "")]);
    // In the file, but without the label: neither applied nor removed.
    let file = [declared("kept", team.clone()), declared("relabelled", json!({})), declared("stays", team.clone())];
    let ran = apply(&hub, &file, &["--prune", "--label", "team=x", "-o", "json"]).ended(0);
    assert_eq!(actions(&ran), ["unchanged kept", "unchanged stays", "delete gone"]);
    assert!(ran.err.contains("left alone: relabelled"), "{}", ran.err);
    let asked = hub.asked();
    assert_eq!((asked[2].line.as_str(), asked[2].header("if-match")), ("DELETE /v1/repos/gone", Some("\"v1\"")));
}

#[test]
fn pruning_needs_a_label_and_removing_most_of_it_a_yes() {
    let hub = Hub::answering([]);
    let ran = apply(&hub, &[], &["--prune"]).ended(2);
    assert!(ran.err.contains("--label"), "{}", ran.err);
    let team = json!({"labels": {"team": "x"}});
    let on_hub = [live("a", team.clone()), live("b", team.clone()), live("c", team.clone()), live("d", json!({}))];
    let label = ["--prune", "--label", "team=x"];
    let hub = Hub::answering([list(&on_hub)]);
    let ran = apply(&hub, &[declared("a", team.clone())], &label).ended(1);
    assert!(ran.err.contains("2 of the 3") && ran.err.contains("--yes"), "{}", ran.err);
    hub.asked();
    let hub = Hub::answering([list(&on_hub)]);
    let ran = apply(&hub, &[declared("a", team.clone())], &[&label[..], &["--dry-run"]].concat()).ended(0);
    assert!(ran.err.contains("needs --yes"), "{}", ran.err);
    hub.asked();
    let gone = Answer::with(204, "", "");
    let hub = Hub::answering([list(&on_hub), one(&on_hub[1]), gone, one(&on_hub[2]), Answer::with(204, "", "")]);
    apply(&hub, &[declared("a", team)], &[&label[..], &["--yes"]].concat()).ended(0);
    hub.asked();
}

#[test]
fn one_that_fails_does_not_keep_the_others_from_being_written() {
    let old = live("b", json!({"description": "old"}));
    let meanwhile = live("c", json!({"description": "somebody else's"}));
    let hub = Hub::answering([
        list(&[old.clone(), live("c", json!({"description": "old"}))]),
        problem(403, "forbidden", "This token may not write `a`."),
        one(&old),
        problem(412, "precondition-failed", "The registration was changed after it was read."),
        problem(403, "forbidden", "Reading events is not allowed."),
        one(&live("b", json!({"description": "newer"}))),
        one(&meanwhile),
        Answer::json(201, &live("d", json!({}))),
    ]);
    let file = ["a", "b", "c", "d"].map(|repo| declared(repo, json!({})));
    let ran = apply(&hub, &file, &["-o", "json"]).ended(4);
    for words in [
        "error: a: This token may not write `a`",
        "error: b: The registration was changed",
        "description is now \"newer\"",
        "error: c: it was changed while the file was applied",
        "error: 3 of 4 changes were not made",
    ] {
        assert!(ran.err.contains(words), "{words} is not in {}", ran.err);
    }
    let failed = |at: usize| !ran.json()["registrations"][at]["error"].is_null();
    assert_eq!([failed(0), failed(1), failed(2), failed(3)], [true, true, true, false]);
    assert_eq!(hub.asked()[7].line, "POST /v1/repos");
}

#[test]
fn a_token_that_the_hub_does_not_know_is_sent_once() {
    let hub = Hub::answering([list(&[]), problem(401, "unauthorized", "The token is not known.")]);
    let ran = apply(&hub, &[declared("a", json!({})), declared("b", json!({}))], &["-o", "json"]).ended(4);
    assert_eq!(ran.json()["registrations"][1]["error"], "not tried after this failure");
    assert!(ran.err.contains("2 of 2 changes were not made"), "{}", ran.err);
    hub.asked();
}

#[test]
fn a_file_that_is_wrong_is_told_by_line_and_nothing_is_asked() {
    let place = Place::new();
    let path = place.path("registrations.yaml");
    let path = path.to_str().expect("UTF-8");
    for (text, words) in [
        ("registrations:\n- {repo: a, domain: d, url: 'https://u:s3cret@h/'}\n", ":2:29: url-credentials"),
        ("registrations:\n- {repo: a, domain: d, index: x.yaml}\n", "schema-"),
        ("registrations:\n- {repo: A, domain: d, url: 'https://h/'}\n", ":2:10: schema-pattern"),
        ("registrations:\n- &a {repo: a, domain: d, url: 'https://h/'}\n- *a\n", "duplicate-repo"),
        ("registration: []\n", "schema-unknown-field"),
        ("- repo: a\n", "schema-type"),
        ("registrations:\n- {repo: a, domain: d, url: 'https://h/', labels: {team: 7}}\n", "schema-type"),
        ("registrations: [\n", "invalid-yaml"),
        ("", "empty-document"),
    ] {
        place.write("registrations.yaml", text);
        let hub = Hub::answering([]);
        let ran = Ran::against(&hub.url(), &["hub", "apply", "-f", path]).ended(2);
        assert!(ran.err.contains(words) && ran.err.contains("hint: "), "{words} is not in {}", ran.err);
        assert!(!ran.err.contains("s3cret"), "{}", ran.err);
        hub.asked();
    }
    Ran::against("http://127.0.0.1:9", &["hub", "apply", "-f", "missing.yaml"]).ended(2);
    Ran::against("http://127.0.0.1:9", &["hub", "apply", "-f", path, "--exit-code"]).ended(2);
}
