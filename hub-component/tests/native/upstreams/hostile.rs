//! Upstreams that have been replaced, or that are not what they claim to be.

use super::{follow, hub, index, pairs, paths, status, turn, url};
use crate::ports::Hub;
use federation::digest::Digest;
use http::{Method, StatusCode};
use hub_component::hub::{Host, Setting};
use serde_json::{Value, json};

/// The address of the log from its beginning.
const LOG: &str = "https://hub-a.example.org/v1/federated/log?since=0&wait=0&verified_after=1970-01-01T00%3A00%3A00Z";

async fn set(hub: &Hub) -> Value {
    hub.ask(Method::PUT, "/v1/upstreams/hub-a", json!({"url": url("hub-a"), "transitive": true})).await;
    hub.settle().await;
    status(hub, "hub-a").await
}

#[tokio::test]
async fn a_rewritten_history_is_refused_until_the_operator_sets_it_anew() {
    let (a, b) = (hub("hub-a"), hub("hub-b"));
    a.register("one", index("capability.one")).await;
    a.register("two", index("capability.two")).await;
    follow(&b, "hub-a", &a, false).await;
    let before = pairs(&[("one", "hub-a"), ("two", "hub-a")]);
    assert_eq!(paths(&b).await, before);

    let (other, less) = (hub("hub-a"), hub("hub-a"));
    for repo in ["one", "evil", "more"] {
        other.register(repo, index("capability.evil")).await;
    }
    less.register("one", index("capability.one")).await;
    for (rewritten, says) in [(&other, "had the digest"), (&less, "the newest revision was 2, and is 1 now")] {
        follow(&b, "hub-a", &a, false).await;
        b.sources().is_hub("hub-a.example.org", rewritten);
        turn(&b).await;
        let state = status(&b, "hub-a").await;
        assert_eq!((&state["state"], &state["reason"]), (&json!("refused"), &json!("history-rewritten")));
        assert!(state["message"].as_str().is_some_and(|message| message.contains(says)), "{state}");
        assert_eq!(paths(&b).await, before, "what was taken stays");
        // It is not even requested any more, even if it has its old history again.
        b.sources().is_hub("hub-a.example.org", &a);
        b.sources().urls();
        turn(&b).await;
        assert_eq!(b.sources().urls(), Vec::<String>::new());
        assert_eq!(status(&b, "hub-a").await["state"], "refused");
    }
    follow(&b, "hub-a", &other, false).await;
    assert_eq!(status(&b, "hub-a").await["state"], "current");
    assert_eq!(paths(&b).await, pairs(&[("evil", "hub-a"), ("more", "hub-a"), ("one", "hub-a")]));
}

#[tokio::test]
async fn a_falsified_log_is_refused_whole() {
    let a = hub("hub-a");
    a.register("one", index("capability.one")).await;
    a.register("two", index("capability.two")).await;
    let honest = a.get("/v1/federated/log?since=0&verified_after=1970-01-01T00:00:00Z").await;
    assert_eq!(honest["hub"], url("hub-a"));
    let evil = Digest::of(index("capability.evil").as_bytes()).to_string();
    for (path, value, code) in [
        ("/revisions/0/put/0/url", json!("https://evil.example.org/i"), "upstream-falsified"),
        ("/revisions/1/put/0/index_digest", json!(evil), "upstream-falsified"),
        ("/revisions/1/put/0/via", json!([url("h")]), "upstream-falsified"),
        ("/revisions/1/digest", json!(evil), "upstream-falsified"),
        ("/revisions/1/removed", json!(["one"]), "upstream-falsified"),
        ("/revisions/1/revision", json!(1), "upstream-unreachable"),
        ("/revisions/0/whole", json!(false), "upstream-unreachable"),
        ("/revisions", json!([]), "upstream-unreachable"),
        ("/revisions", json!(7), "upstream-unreachable"),
        ("/hub", json!(url("another")), "upstream-elsewhere"),
    ] {
        let mut log = honest.clone();
        let (parent, member) = path.rsplit_once('/').expect("a path");
        log.pointer_mut(parent).expect("a member")[member] = value.clone();
        let b = hub("hub-b");
        b.sources().is_hub("hub-a.example.org", &a);
        b.sources().script(LOG, 200, &[], &log.to_string());
        let state = set(&b).await;
        assert_eq!((&state["state"], &state["reason"]), (&json!("failing"), &json!(code)), "{path} {value}");
        assert_eq!(b.number("SELECT count(*) FROM revisions"), 0, "{path}");
        assert_eq!(b.number("SELECT count(*) FROM registrations"), 0, "{path}");
    }
    // The bytes of an index must match its digest.
    let b = hub("hub-b");
    b.sources().is_hub("hub-a.example.org", &a);
    let digest = Digest::of(index("capability.one").as_bytes());
    b.sources().script(&format!("{}/v1/indexes/{digest}", url("hub-a")), 200, &[], &index("capability.evil"));
    let state = set(&b).await;
    assert_eq!((&state["reason"], paths(&b).await), (&json!("upstream-falsified"), pairs(&[])), "{state}");
}

/// The log of a hub with these lines as its only revision.
fn log_of(lines: &[Value]) -> Value {
    let sources: Vec<federation::compose::SourceLine> =
        lines.iter().map(|line| serde_json::from_value(line.clone()).expect("a line")).collect();
    let digest = federation::compose::digest(&sources);
    json!({
        "hub": url("hub-a"), "since": null, "newest": {"revision": 1, "digest": digest, "composed_at": "2026-11-24T08:00:00Z"}, "verified": [],
        "revisions": [{
            "revision": 1, "digest": digest, "composed_at": "2026-11-24T08:00:00Z", "actor": "x", "cause": "register", "whole": true,
            "put": lines, "removed": [],
        }],
    })
}

fn line(repo: &str, index: &str, count: usize, via: &[&str]) -> Value {
    json!({
        "repo": repo, "url": format!("https://{repo}.example.org/i"), "domain": "d", "required": true,
        "index_digest": Digest::of(index.as_bytes()), "capability_count": count, "via": via,
    })
}

#[tokio::test]
async fn indexes_are_judged_here_again_and_paths_are_checked() {
    let b = hub("hub-b");
    let (good, bad) = (index("capability.good"), "version: 1\ncapabilities: {}\n".to_owned());
    for text in [&good, &bad] {
        let digest = Digest::of(text.as_bytes());
        b.sources().script(&format!("{}/v1/indexes/{digest}", url("hub-a")), 200, &[], text);
    }
    let own = url("hub-b");
    let long: Vec<String> = (0..8).map(|n| url(&format!("h{n}"))).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let lines = [
        line("bad", &bad, 1, &[]),
        line("count", &good, 2, &[]),
        line("good", &good, 1, &["https://x.example.org"]),
        line("long", &good, 1, &long),
        line("mine", &good, 1, &["https://x.example.org", &own]),
    ];
    b.sources().script(LOG, 200, &[], &log_of(&lines).to_string());
    let state = set(&b).await;
    assert_eq!(state["state"], "current", "{state}");
    assert_eq!(paths(&b).await, pairs(&[("good", "hub-a x")]));
    let refused = json!([{"repo": "bad", "reason": "schema-type"}, {"repo": "count", "reason": "upstream-falsified"}]);
    assert_eq!((&state["refused"]["total"], &state["refused"]["listed"]), (&json!(2), &refused));
    let manifest = b.get("/v1/federated/manifest").await;
    assert_eq!(manifest["sources"][0]["required"], false, "a remote hub cannot make this document fail");

    let nine: Vec<&str> = long.iter().copied().chain(["https://y.example.org"]).collect();
    for lines in [line("../x", &good, 1, &[]), line("x", &good, 1, &nine), line("x", &good, 1, &["a\nb"])] {
        let b = hub("hub-b");
        b.sources().script(LOG, 200, &[], &log_of(&[lines]).to_string());
        let state = set(&b).await;
        assert_eq!((&state["reason"], paths(&b).await), (&json!("upstream-unreachable"), pairs(&[])), "{state}");
    }
}

#[tokio::test]
async fn an_upstream_that_fails_backs_off_and_what_was_taken_stays() {
    let (a, b) = (hub("hub-a"), hub("hub-b"));
    a.register("one", index("capability.one")).await;
    follow(&b, "hub-a", &a, false).await;
    b.sources().answer("hub-a.example.org", 503, &[]);
    turn(&b).await;
    let state = status(&b, "hub-a").await;
    assert_eq!((&state["state"], &state["reason"]), (&json!("failing"), &json!("upstream-unreachable")));
    b.sources().urls();
    b.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
    assert_eq!(b.sources().urls(), Vec::<String>::new(), "it backs off");
    assert_eq!(paths(&b).await, pairs(&[("one", "hub-a")]));
    b.sources().recover();
    turn(&b).await;
    assert_eq!(status(&b, "hub-a").await["state"], "current");
}

#[tokio::test]
async fn a_mirror_that_is_behind_is_waited_for() {
    let (a, b) = (hub("hub-a"), hub("hub-b"));
    a.register("one", index("capability.one")).await;
    let late = Hub::new().at(Setting {
        public_url: url("hub-a"),
        host: Host::Serve,
        primary: url("primary"),
        ..Setting::default()
    });
    follow(&b, "hub-a", &a, false).await;
    b.sources().is_hub("hub-a.example.org", &late);
    turn(&b).await;
    let state = status(&b, "hub-a").await;
    assert_eq!((&state["state"], &state["reason"]), (&json!("failing"), &json!("upstream-behind")), "{state}");
    b.sources().is_hub("hub-a.example.org", &a);
    turn(&b).await;
    assert_eq!(status(&b, "hub-a").await["state"], "current");
    let (code, _) = b.ask(Method::GET, "/v1/upstreams/nobody", Value::Null).await;
    assert_eq!(code, StatusCode::NOT_FOUND);
}
