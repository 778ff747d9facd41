//! `doctor`.

use crate::support::{Answer, Hub, Ran, problem, program};
use serde_json::{Value, json};
use std::net::TcpListener;

fn health(version: &str, more: &str) -> Answer {
    let body = json!({ "status": "ok", "version": version, "revision": 3 });
    Answer::with(200, &format!("content-type: application/json\r\n{more}"), &body.to_string())
}

fn current() -> Answer {
    health(env!("CARGO_PKG_VERSION"), &format!("date: {}\r\n", date(0)))
}

/// The time of this machine plus `ahead` seconds, in the form of a header.
fn date(ahead: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time after 1970");
    federation::time::http_date((now.as_secs() + ahead).try_into().expect("a time"))
}

fn token(expires_at: Value) -> Answer {
    Answer::json(
        200,
        &json!({ "name": "ci", "scopes": ["compose", "repos:write:my-*"], "state": "active", "expires_at": expires_at }),
    )
}

/// The findings, as `check: outcome`.
fn outcomes(ran: &Ran) -> String {
    let report = ran.json();
    let checks = report["checks"].as_array().expect("checks").iter();
    let word = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    for check in checks.clone() {
        let has_remedy = check["remedy"].is_string();
        assert_eq!(has_remedy, ["warn", "failed"].contains(&word(check, "outcome").as_str()), "{check}");
    }
    checks.map(|it| format!("{}: {}", word(it, "check"), word(it, "outcome"))).collect::<Vec<_>>().join(", ")
}

fn found(ran: &Ran, check: &str) -> String {
    let report = ran.json();
    let checks = report["checks"].as_array().expect("checks");
    checks.iter().find(|it| it["check"] == check).expect("the check").to_string()
}

fn doctor(hub: &Hub) -> Ran {
    Ran::against(&hub.url(), &["doctor", "-o", "json"])
}

#[test]
fn all_is_well() {
    let hub = Hub::answering([current(), token(Value::Null)]);
    let ran = doctor(&hub).ended(0);
    assert_eq!(
        outcomes(&ran),
        "settings: ok, proxy: skipped, hub: ok, tls: skipped, versions: ok, clocks: ok, token: ok"
    );
    assert!(found(&ran, "token").contains("`ci` allows compose, repos:write:my-*; it does not expire"), "{ran:?}");
    let asked = hub.asked();
    assert_eq!((asked[0].line.as_str(), asked[0].header("authorization")), ("GET /health", None));
    assert_eq!(asked[1].line, "GET /v1/tokens/self");
    assert_eq!(asked[1].header("authorization"), Some("Bearer s3cret-token"));
}

#[test]
fn what_will_be_trouble_is_warned_of() {
    let hub =
        Hub::answering([health("9.9.9", &format!("date: {}\r\n", date(3600))), token("2026-01-02T03:04:05Z".into())]);
    let ran = doctor(&hub).ended(0);
    assert_eq!(
        outcomes(&ran),
        "settings: ok, proxy: skipped, hub: ok, tls: skipped, versions: warn, clocks: warn, token: warn"
    );
    assert!(found(&ran, "clocks").contains(" s behind the hub"), "{ran:?}");
    assert!(found(&ran, "versions").contains("the hub has version 9.9.9"), "{ran:?}");
}

#[test]
fn without_a_token_and_without_a_date_nothing_is_wrong() {
    let hub = Hub::answering([health(env!("CARGO_PKG_VERSION"), "")]);
    let ran = Ran::of(&mut program(&["doctor", "-o", "json", "--base-url", &hub.url()])).ended(0);
    assert_eq!(
        outcomes(&ran),
        "settings: ok, proxy: skipped, hub: ok, tls: skipped, versions: ok, clocks: skipped, token: skipped"
    );
}

#[test]
fn a_proxy_of_the_environment_is_told_with_who_uses_it() {
    let hub = Hub::answering([current()]);
    let mut doctor = program(&["doctor", "-o", "json", "--base-url", &hub.url()]);
    let ran =
        Ran::of(doctor.env("HTTPS_PROXY", "http://u:pw@127.0.0.1:9").env("http_proxy", "http://127.0.0.1:9")).ended(0);
    assert!(outcomes(&ran).starts_with("settings: ok, proxy: warn, hub: ok"), "{ran:?}");
    let proxy = found(&ran, "proxy");
    assert!(proxy.contains("HTTPS_PROXY, http_proxy") && proxy.contains("serve --proxy URL"), "{proxy}");
    assert!(!ran.out.contains("pw@"), "{ran:?}");
    let mut elsewhere = program(&["doctor", "-o", "json", "--base-url", "http://hub.invalid"]);
    let ran = Ran::of(elsewhere.env("HTTP_PROXY", "http://127.0.0.1:9")).ended(3);
    assert!(found(&ran, "proxy").contains("reaches the hub through it"), "{ran:?}");
}

#[test]
fn a_token_that_the_hub_does_not_take_ends_with_four() {
    let hub = Hub::answering([current(), problem(401, "unauthorized", "The token is not known.")]);
    let ran = doctor(&hub).ended(4);
    assert!(outcomes(&ran).ends_with("token: failed"), "{ran:?}");
    for code in ["token-expired", "token-revoked"] {
        let hub = Hub::answering([current(), problem(401, code, "It ended.")]);
        let ran = doctor(&hub).ended(4);
        assert!(found(&ran, "token").contains("ask the operator of the hub for a new token"), "{ran:?}");
    }
    let hub = Hub::answering([current(), problem(404, "not-found", "Nothing is here.")]);
    assert!(outcomes(&doctor(&hub).ended(0)).ends_with("token: skipped"));
}

#[test]
fn what_is_no_hub_is_told_from_no_answer() {
    let rest = "tls: skipped, versions: skipped, clocks: skipped, token: skipped";
    let others = [
        Answer::body(404, "text/html", "<h1>Not found</h1>"),
        Answer::json(200, &json!({ "status": "ok" })),
        Answer::json(200, &json!({ "hello": 1 })),
    ];
    for answer in others {
        let ran = doctor(&Hub::answering([answer])).ended(3);
        assert_eq!(outcomes(&ran), format!("settings: ok, proxy: skipped, hub: failed, {rest}"));
        assert!(found(&ran, "hub").contains("reuse-surface hub"), "{ran:?}");
    }
    let unwell = Hub::answering([problem(503, "store-unavailable", "The database does not answer.")]);
    assert_eq!(outcomes(&doctor(&unwell).ended(1)), format!("settings: ok, proxy: skipped, hub: failed, {rest}"));

    let address = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let ran = Ran::against(&format!("http://{address}"), &["doctor", "-o", "json"]).ended(3);
    assert!(found(&ran, "hub").contains("nothing listens there"), "{ran:?}");
}

#[test]
fn https_where_none_is_spoken_is_named() {
    // A hub without TLS hangs up on what it cannot read.
    let plain = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = plain.local_addr().expect("an address");
    let server = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = plain.accept().expect("a connection");
        stream.read_exact(&mut [0; 5]).expect("a greeting");
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").expect("an answer");
    });
    let ran = Ran::against(&format!("https://{address}"), &["doctor", "-o", "json"]).ended(3);
    assert!(found(&ran, "hub").contains("does not use TLS"), "{ran:?}");
    server.join().expect("the server");
}

#[test]
fn settings_that_cannot_be_used_end_with_two() {
    let ran = Ran::against("ftp://hub.example", &["doctor", "-o", "json"]).ended(2);
    assert!(outcomes(&ran).starts_with("settings: failed, proxy: skipped, hub: skipped"), "{ran:?}");
    let ran = Ran::against("https://me:s3cret-token@hub.example", &["doctor"]).ended(2);
    assert!(ran.out.contains("failed   settings") && ran.out.contains("set --base-url"), "{ran:?}");
}
