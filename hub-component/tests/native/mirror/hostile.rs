//! Primaries that are not what they claim to be, and ones that were replaced.

use super::{PRIMARY, fault, follows, index, mirror, mirror_of};
use crate::eventually::eventually;
use crate::ports::Hub;
use federation::compose::{SourceLine, digest};
use federation::digest::Digest;
use http::Method;
use serde_json::{Value, json};

/// The address of the log from its beginning.
const LOG: &str = "https://primary.example.org/v1/federated/log?since=0&wait=8&verified_after=1970-01-01T00%3A00%3A00Z";

/// From now on, the mirror's primary is this other hub.
async fn is_replaced(mirror: &Hub, primary: &Hub, other: &Hub) {
    mirror.sources().is_hub("primary.example.org", other);
    // This ends the wait of a request in progress; the next one goes to the other hub.
    primary.register("last", index("capability.a")).await;
}

#[tokio::test]
async fn a_primary_that_rewrote_or_lost_its_history_is_not_followed() {
    let primary = Hub::new();
    primary.register("a", index("capability.a")).await;
    let mirror = mirror_of(&primary);
    follows(&mirror, 1).await;
    let rewritten = Hub::new();
    for repo in ["x", "a", "y"] {
        rewritten.register(repo, index("capability.a")).await;
    }
    is_replaced(&mirror, &primary, &rewritten).await;
    let said = fault(&mirror).await;
    assert!(said.contains("another history"), "{said}");
    let newest = mirror.number("SELECT max(number) FROM revisions");
    let path = format!("/v1/federated?revision={newest}");
    let before = mirror.read(&path, &[]).await.2;
    assert_eq!(before, primary.read(&path, &[]).await.2);
    mirror.sources().is_hub("primary.example.org", &Hub::new());
    eventually(async || fault(&mirror).await.contains("lost revisions").then_some(())).await;
    assert_eq!(mirror.number("SELECT max(number) FROM revisions"), newest);
    assert_eq!(mirror.read(&path, &[]).await.2, before);
}

#[tokio::test]
async fn the_same_content_published_at_another_time_is_another_history() {
    let (primary, other) = (Hub::new(), Hub::new());
    other.pass(100);
    for hub in [&primary, &other] {
        hub.register("a", index("capability.a")).await;
    }
    for repo in ["last", "more"] {
        other.register(repo, index("capability.a")).await;
    }
    let mirror = mirror_of(&primary);
    follows(&mirror, 1).await;
    is_replaced(&mirror, &primary, &other).await;
    let said = fault(&mirror).await;
    assert!(said.contains("another history"), "{said}");
}

#[tokio::test]
async fn a_primary_without_a_log_gets_no_advice_about_indexes() {
    let mirror = mirror();
    mirror.sources().script(LOG, 404, &[], "");
    let said = fault(&mirror).await;
    assert!(said.contains("The server responded with 404.") && !said.contains("index"), "{said}");
}

fn is_numbered(log: &mut Value, number: u64) {
    log["revisions"][0]["revision"] = number.into();
    log["newest"]["revision"] = number.into();
}

fn is_repeated(log: &mut Value) {
    let revisions = log["revisions"].as_array_mut().expect("revisions");
    revisions.push(revisions[0].clone());
}

fn is_put_twice(log: &mut Value) {
    let put = log["revisions"][0]["put"].as_array_mut().expect("lines");
    put.push(put[0].clone());
}

/// Claims that the only line came through this hub, with the digest that belongs to it.
fn came_through(log: &mut Value, hub: &str) {
    let revision = &mut log["revisions"][0];
    revision["put"][0]["via"] = json!([hub]);
    let lines: Vec<SourceLine> = serde_json::from_value(revision["put"].clone()).expect("lines");
    revision["digest"] = digest(&lines).as_str().into();
}

#[tokio::test]
async fn a_log_that_was_tampered_with_publishes_nothing() {
    let primary = Hub::new();
    primary.register("a", index("capability.a")).await;
    let honest = primary.get("/v1/federated/log?verified_after=2000-01-01T00:00:00Z").await;
    let digest = honest["revisions"][0]["put"][0]["index_digest"].as_str().expect("a digest").to_owned();
    let other = index("capability.evil");
    let log = |change: &dyn Fn(&mut Value)| {
        let mut log = honest.clone();
        change(&mut log);
        log
    };
    let of_other = Digest::of(other.as_bytes()).to_string();
    for (what, log) in [
        ("another url", log(&|log| log["revisions"][0]["put"][0]["url"] = "https://evil.example.org/i".into())),
        ("another index", log(&|log| log["revisions"][0]["put"][0]["index_digest"] = of_other.clone().into())),
        ("another count", log(&|log| log["revisions"][0]["put"][0]["capability_count"] = 7.into())),
        ("another digest", log(&|log| log["revisions"][0]["digest"] = of_other.clone().into())),
        ("no source", log(&|log| log["revisions"][0]["put"] = json!([]))),
        ("a name that no registration has", log(&|log| log["revisions"][0]["put"][0]["repo"] = "../x".into())),
        ("a source twice", log(&|log| is_put_twice(log))),
        ("a source put and removed", log(&|log| log["revisions"][0]["removed"] = json!(["a"]))),
        ("a source removed twice", log(&|log| log["revisions"][0]["removed"] = json!(["b", "b"]))),
        ("a removed name with NUL", log(&|log| log["revisions"][0]["removed"] = json!(["b\0"]))),
        ("a verification without a time", log(&|log| log["revisions"][0]["verified"] = json!({"a": "now"}))),
        ("no time", log(&|log| log["revisions"][0]["composed_at"] = "now".into())),
        ("an actor of two lines", log(&|log| log["revisions"][0]["actor"] = "a\nb".into())),
        ("a long cause", log(&|log| log["revisions"][0]["cause"] = "x".repeat(201).into())),
        ("no number", log(&|log| log["revisions"][0]["revision"] = 0.into())),
        ("a number beyond the newest", log(&|log| log["revisions"][0]["revision"] = 2.into())),
        ("a number that no database has", log(&|log| is_numbered(log, 1 << 63))),
        ("a number twice", log(&|log| is_repeated(log))),
        ("a hub of two lines", log(&|log| came_through(log, "https://h.example.org\nhttps://i.example.org"))),
        ("a hub without a name", log(&|log| came_through(log, ""))),
    ] {
        let mirror = mirror();
        mirror.sources().script(LOG, 200, &[], &log.to_string());
        mirror.sources().set(&format!("{PRIMARY}/v1/indexes/{digest}"), index("capability.a"));
        mirror.sources().set(&format!("{PRIMARY}/v1/indexes/{of_other}"), other.clone());
        let said = fault(&mirror).await;
        assert!(said.contains(PRIMARY), "{what}: {said}");
        assert_eq!(mirror.number("SELECT count(*) FROM revisions"), 0, "{what}");
    }
    // The bytes of an index must match its digest.
    let mirror = mirror();
    mirror.sources().script(LOG, 200, &[], &honest.to_string());
    mirror.sources().set(&format!("{PRIMARY}/v1/indexes/{digest}"), other);
    assert!(fault(&mirror).await.contains("wrong bytes"));
}

#[tokio::test]
async fn verifications_of_what_no_registration_can_have_as_a_name_are_skipped() {
    let primary = Hub::new();
    primary.register("a", index("capability.a")).await;
    let mut log = primary.get("/v1/federated/log").await;
    let digest = log["revisions"][0]["put"][0]["index_digest"].as_str().expect("a digest").to_owned();
    let at = "2027-01-15T08:01:00Z";
    log["verified"] = json!([{"repo": "b\0", "at": at}, {"repo": "a", "at": at}]);
    let mirror = mirror();
    mirror.pass(100);
    mirror.sources().script(LOG, 200, &[], &log.to_string());
    mirror.sources().set(&format!("{PRIMARY}/v1/indexes/{digest}"), index("capability.a"));
    follows(&mirror, 1).await;
    eventually(async || (mirror.get("/v1/repos/a").await["status"]["verified_at"] == at).then_some(())).await;
}

#[tokio::test]
async fn a_revision_from_before_the_one_before_is_refused() {
    let primary = Hub::new();
    for repo in ["a", "b"] {
        primary.register(repo, index("capability.a")).await;
    }
    primary.change("UPDATE revisions SET composed_at = composed_at - 10 WHERE number = 2");
    let mirror = mirror_of(&primary);
    let said = fault(&mirror).await;
    assert!(said.contains("revision 2 of https://primary.example.org: `composed_at`"), "{said}");
    assert_eq!(mirror.number("SELECT max(number) FROM revisions"), 1);
}

#[tokio::test]
async fn a_primary_ahead_of_time_verifies_nothing_in_the_future() {
    let primary = Hub::new();
    primary.pass(10_000);
    primary.register("a", index("capability.a")).await;
    let mirror = mirror_of(&primary);
    follows(&mirror, 1).await;
    let verified = || mirror.number("SELECT max(verified_at) FROM source_state");
    let first = verified();
    assert!(first < 1_800_010_000, "{first}");
    for hub in [&primary, &mirror] {
        hub.pass(100);
    }
    primary.ask(Method::POST, "/v1/repos/a/refresh", Value::Null).await;
    eventually(async || {
        mirror.get("/v1/federated?format=json").await;
        (verified() >= first + 100).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_a_primary_says_is_repeated_in_a_few_words() {
    let mut log = Hub::new().get("/v1/federated/log").await;
    log["mirror"] = json!({"of": "x".repeat(100_000), "current_at": null, "fault": null});
    let mirror = mirror();
    mirror.sources().script(LOG, 200, &[], &log.to_string());
    let said = fault(&mirror).await;
    assert!(said.contains("mirror of xx"), "{said}");
    assert_eq!(mirror.number("SELECT length(fault) FROM mirror"), 1000);
}
