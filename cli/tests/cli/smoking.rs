//! `smoke` and `hub health`.

use crate::support::{Answer, Hub, Ran, page, problem, program, registration};
use serde_json::{Value, json};

const DESCRIPTION: &str = "Written by `reuse-surface smoke`; safe to remove";

fn health() -> Answer {
    Answer::json(200, &json!({ "status": "ok", "version": "0.1.0", "revision": 0 }))
}

/// The document before the first revision, with the digest of no sources.
fn document(etag: &str) -> Answer {
    let body = json!({
        "version": 1, "revision": 0, "composed_at": null, "sources": [], "conflicts": [], "capabilities": [],
        "digest": "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    });
    Answer::with(200, &format!("content-type: application/json\r\n{etag}"), &body.to_string())
}

fn not_modified() -> Answer {
    Answer::with(304, "", "")
}

fn unauthorized() -> Answer {
    problem(401, "unauthorized", "This needs a token.")
}

fn mine(etag: &str) -> Answer {
    let mut body = registration("smoke-x", "disabled");
    body["description"] = DESCRIPTION.into();
    Answer::with(200, &format!("content-type: application/json\r\netag: {etag}\r\n"), &body.to_string())
}

fn reads() -> Vec<Answer> {
    vec![health(), document("etag: \"a\"\r\n"), not_modified()]
}

fn gone() -> Answer {
    problem(404, "repo-not-found", "There is no such registration.")
}

/// The checks as `name: outcome`.
fn outcomes(ran: &Ran) -> Vec<String> {
    let word = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let report = ran.json();
    let checks = report["checks"].as_array().expect("checks").iter();
    checks.map(|check| format!("{}: {}", word(check, "check"), word(check, "outcome"))).collect()
}

#[test]
fn a_hub_that_is_well_passes_and_the_token_goes_with_its_own_writes_alone() {
    let mut answers = reads();
    answers.extend([
        unauthorized(),
        mine("\"1\""),
        mine("\"1\""),
        page(&[registration("smoke-x", "disabled")], 1, None),
        mine("\"2\""),
        problem(412, "precondition-failed", "It changed."),
        Answer::with(204, "", ""),
        gone(),
        page(&[registration("state-hub", "fresh")], 1, None),
        Answer::json(200, &json!({ "valid": true, "http_status": 200, "diagnostics": [] })),
    ]);
    let hub = Hub::answering(answers);
    let ran = Ran::against(&hub.url(), &["smoke"]).ended(0);
    let lines: Vec<&str> = ran.out.lines().map(|line| line.split(": ").next().unwrap()).collect();
    let expected = ["ok       health", "skipped  tls", "ok       federated", "ok       writes-refused"];
    assert_eq!(lines, [&expected[..], &["ok       round-trip", "ok       outbound"]].concat());
    assert_eq!(ran.err, "");

    let asked = hub.asked();
    let lines: Vec<&str> = asked.iter().map(|asked| asked.line.as_str()).collect();
    let name = asked[4].json()["repo"].as_str().unwrap().to_owned();
    assert!(name.starts_with("smoke-") && name.len() < 60, "{name}");
    let path = format!("/v1/repos/{name}");
    assert_eq!(
        lines[..5],
        [
            "GET /health",
            "GET /v1/federated?format=json",
            "GET /v1/federated?format=json",
            "POST /v1/repos",
            "POST /v1/repos"
        ]
    );
    assert_eq!(
        lines[5..11],
        [
            &format!("GET {path}"),
            &format!("GET /v1/repos?q={name}&limit=1000"),
            &format!("PATCH {path}"),
            &format!("PATCH {path}"),
            &format!("DELETE {path}"),
            &format!("GET {path}")
        ]
    );
    assert_eq!(asked[2].header("if-none-match"), Some("\"a\""));
    assert_eq!(asked[3].header("authorization"), None);
    assert_eq!((asked[3].json(), asked[4].json()["enabled"].clone()), (json!({}), json!(false)));
    assert!(asked[4].header("authorization").is_some() && asked[8].header("if-match") == Some("\"1\""));
    assert_eq!(asked[12].json(), json!({ "url": "https://example.org/state-hub.yaml" }));
}

#[test]
fn reads_alone_when_asked_for_and_no_round_trip_without_a_token() {
    let hub = Hub::answering(reads());
    let ran = Ran::against(&hub.url(), &["smoke", "--read-only", "-o", "json"]).ended(0);
    let skipped = ["writes-refused: skipped", "round-trip: skipped", "outbound: skipped"];
    assert_eq!(outcomes(&ran), [&["health: ok", "tls: skipped", "federated: ok"][..], &skipped].concat());
    assert_eq!((hub.asked().len(), ran.json()["ok"].clone()), (3, json!(true)));

    let mut answers = reads();
    answers.push(unauthorized());
    let hub = Hub::answering(answers);
    let ran = Ran::of(program(&["smoke", "-o", "json"]).env("REUSE_SURFACE_URL", hub.url())).ended(0);
    assert_eq!(outcomes(&ran)[3..], ["writes-refused: ok", "round-trip: skipped", "outbound: skipped"]);
    assert!(ran.json()["checks"][4]["detail"].as_str().unwrap().contains("REUSE_SURFACE_TOKEN"));
    drop(hub.asked());
}

#[test]
fn no_hub_is_code_3_and_nothing_else_is_tried() {
    let url = {
        let hub = Hub::answering([]);
        hub.url()
    };
    let ran = Ran::against(&url, &["smoke", "-o", "json"]).ended(3);
    assert_eq!(outcomes(&ran)[0], "health: failed");
    assert!(outcomes(&ran)[1..].iter().all(|outcome| outcome.ends_with(": skipped")), "{ran:?}");
    assert!(ran.json()["checks"][0]["remedy"].as_str().unwrap().contains("nothing listens there"), "{ran:?}");
}

#[test]
fn a_certificate_that_is_none_fails() {
    // It does not use TLS.
    let hub = Hub::answering([Answer::Bytes(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".to_vec())]);
    let url = hub.url().replace("http://", "https://");
    let ran = Ran::against(&url, &["smoke"]);
    assert!(matches!(ran.code, Some(2 | 3)), "{ran:?}");
}

#[test]
fn a_document_that_was_altered_on_its_way_fails() {
    let broken = [
        // No ETag; an ETag that is not honoured, twice; another digest.
        vec![document("")],
        (0..4).map(|_| document("etag: \"a\"\r\n")).collect(),
        vec![Answer::json(
            200,
            &json!({
                "revision": 1, "sources": [], "capabilities": [], "digest": format!("sha256:{}", "0".repeat(64)),
            }),
        )],
    ];
    for (number, document) in broken.into_iter().enumerate() {
        let hub = Hub::answering(std::iter::once(health()).chain(document));
        let ran = Ran::against(&hub.url(), &["smoke", "--read-only", "-o", "json"]).ended(1);
        assert_eq!(outcomes(&ran)[2], "federated: failed", "{number}: {ran:?}");
        drop(hub.asked());
    }
}

#[test]
fn nothing_published_yet_is_no_failure() {
    let hub = Hub::answering([health(), problem(503, "nothing-published", "No index was accepted yet.")]);
    let ran = Ran::against(&hub.url(), &["smoke", "--read-only", "-o", "json"]).ended(0);
    assert_eq!(outcomes(&ran)[2], "federated: skipped");
}

#[test]
fn a_hub_that_lets_anybody_write_fails() {
    let mut answers = reads();
    answers.push(problem(422, "invalid-registration", "Correct the fields."));
    let hub = Hub::answering(answers);
    let ran = Ran::of(program(&["smoke", "-o", "json"]).env("REUSE_SURFACE_URL", hub.url())).ended(1);
    assert_eq!(outcomes(&ran)[3], "writes-refused: failed");
}

#[test]
fn a_token_that_the_hub_does_not_take_is_code_4_and_leaves_nothing_to_clean() {
    let mut answers = reads();
    answers.extend([unauthorized(), unauthorized(), page(&[], 0, None)]);
    let hub = Hub::answering(answers);
    let ran = Ran::against(&hub.url(), &["smoke", "-o", "json"]).ended(4);
    assert_eq!(outcomes(&ran)[4..], ["round-trip: failed", "outbound: skipped"]);
    assert!(hub.asked().iter().all(|asked| !asked.line.starts_with("DELETE")));
}

#[test]
fn a_round_trip_that_breaks_off_removes_what_it_wrote() {
    let mut answers = reads();
    // The read fails; the first removal too; the second finds it, and the list of fresh sources is empty.
    let failed = || problem(500, "internal", "The hub failed.");
    answers.extend([unauthorized(), mine("\"1\""), failed(), failed(), Answer::with(204, "", ""), page(&[], 0, None)]);
    let hub = Hub::answering(answers);
    let ran = Ran::against(&hub.url(), &["smoke", "-o", "json"]).ended(1);
    assert_eq!(outcomes(&ran)[4], "round-trip: failed");
    assert!(ran.json()["checks"][4]["detail"].as_str().unwrap().starts_with("read: The hub failed"), "{ran:?}");
    let asked = hub.asked();
    assert!(asked[6].line.starts_with("DELETE /v1/repos/smoke-") && asked[6].line == asked[7].line);
}

#[test]
fn what_cannot_be_removed_is_named() {
    let mut answers = reads();
    let failed = || problem(500, "internal", "The hub failed.");
    answers.extend([unauthorized(), mine("\"1\""), failed(), failed(), failed(), failed(), page(&[], 0, None)]);
    let hub = Hub::answering(answers);
    let ran = Ran::against(&hub.url(), &["smoke", "-o", "json"]).ended(1);
    let name = hub.asked()[4].json()["repo"].as_str().unwrap().to_owned();
    let remedy = ran.json()["checks"][4]["remedy"].as_str().unwrap().to_owned();
    assert!(remedy.contains(&format!("hub deregister --repo {name}")), "{remedy}");
}

#[test]
fn an_interrupt_cleans_up_before_the_end() {
    let (say, when) = std::sync::mpsc::channel();
    let mut answers = reads();
    let Answer::Bytes(registered) = mine("\"1\"") else { unreachable!() };
    answers.extend([unauthorized(), Answer::When(when, registered), Answer::with(204, "", "")]);
    let hub = Hub::answering(answers);
    let mut command = program(&["smoke", "-o", "json"]);
    command.env("REUSE_SURFACE_URL", hub.url()).env("REUSE_SURFACE_TOKEN", "s3cret-token");
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    hub.wait_for(5);
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    say.send(()).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).ended(1);
    assert_eq!(ran.json()["checks"][4]["detail"], "interrupted");
    assert_eq!(outcomes(&ran)[4..], ["round-trip: failed", "outbound: skipped"]);
    let asked = hub.asked();
    assert_eq!(asked[5].line, format!("DELETE /v1/repos/{}", asked[4].json()["repo"].as_str().unwrap()));
}

#[test]
fn health_is_the_hubs_own_word_and_live_asks_for_less() {
    let hub = Hub::answering([health(), Answer::json(200, &json!({ "status": "ok", "version": "0.1.0" }))]);
    let ran = Ran::against(&hub.url(), &["hub", "health"]).ended(0);
    assert_eq!(ran.out, "status    ok\nversion   0.1.0\nrevision  0\n");
    Ran::against(&hub.url(), &["hub", "health", "--live"]).ended(0);
    let lines: Vec<String> = hub.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["GET /health", "GET /health/live"]);

    let hub = Hub::answering([problem(503, "store-unavailable", "The database cannot be read.")]);
    Ran::against(&hub.url(), &["hub", "health"]).ended(1);
}
