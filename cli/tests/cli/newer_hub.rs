//! A hub of a later version, whose enumerations have variants that this program does not know. It shows them, and sends them back as they are.

use crate::support::{Answer, Hub, Ran, page, registration};
use serde_json::{Value, json};

/// A registration whose format and state are unknown here.
fn unknown() -> Value {
    let mut repo = registration("a", "moulded");
    repo["format"] = "pkl".into();
    repo
}

fn catalogue() -> Value {
    json!({
        "name": "acme", "kind": "sourcehut", "url": "https://sr.example.org/acme", "domain": "d", "prefix": "", "path": "i.yaml",
        "enabled": true, "cache_ttl_seconds": 3600, "created_at": "2026-11-24T08:12:53Z", "updated_at": "2026-11-24T08:12:53Z",
        "created_by": "bootstrap",
        "status": {
            "state": "sleeping", "reason": null, "message": null, "failing_since": null, "listed_at": null, "last_attempt_at": null,
            "next_listing_at": null, "http_status": null, "registered": 0, "others": {},
            "skipped": [{ "name": "big", "reason": "too-large" }],
        },
    })
}

fn capabilities() -> Value {
    json!({
        "revision": 1, "total": 1, "shown": 1, "complete": true, "truncated": false, "next": null, "fit": "perfect",
        "capabilities": [{ "id": "capability.a", "source_repo": "r", "name": "A" }],
    })
}

fn demand() -> Value {
    json!({ "revision": 1, "questions": [{
        "words": "brew coffee", "days": 1, "first_asked": "2026-11-24", "last_asked": "2026-11-24", "fit": "perfect", "nearest": [],
    }] })
}

fn verdict() -> Value {
    json!({
        "valid": true, "reason": null, "message": null, "http_status": 200, "index_digest": null, "capability_count": 1, "diagnostics": [],
        "would": { "outcome": "postponed", "added": [], "changed": [], "removed": [], "conflicts": [] },
    })
}

#[test]
fn variants_that_are_not_known_are_shown_as_they_are() {
    let states = json!({ "repos": [unknown()], "total": 1, "states": { "moulded": 1 }, "next": null });
    let health = json!({ "status": "ok", "version": "9.0.0", "revision": 4 });
    let tokens = json!({ "tokens": [{
        "name": "t", "scopes": ["compose"], "repos": [], "state": "asleep", "created_at": "2026-11-24T08:12:53Z", "created_by": "bootstrap",
        "expires_at": null, "last_used_at": null, "revoked_at": null,
    }], "total": 1, "next": null });
    let json = |value: &Value| Answer::json(200, value);
    let shown: [(&[&str], Vec<Answer>, &[&str]); 8] = [
        (&["list"], vec![page(&[unknown()], 1, None)], &["moulded"]),
        (&["show", "--repo", "a"], vec![json(&unknown())], &["moulded", "pkl"]),
        (&["status"], vec![json(&health), json(&states)], &["1 moulded"]),
        (
            &["catalogue", "list"],
            vec![json(&json!({ "catalogues": [catalogue()], "total": 1, "next": null }))],
            &["sourcehut", "sleeping"],
        ),
        (&["catalogue", "show", "acme"], vec![json(&catalogue())], &["sourcehut", "sleeping", "big (too-large)"]),
        (&["search", "coffee"], vec![json(&capabilities())], &["capability.a"]),
        (&["demand"], vec![json(&demand())], &["perfect"]),
        (&["token", "list"], vec![json(&tokens)], &["asleep"]),
    ];
    for (arguments, answers, words) in shown {
        let hub = Hub::answering(answers);
        let ran = Ran::against(&hub.url(), &[&["hub"], arguments].concat());
        for word in words {
            assert!(ran.out.contains(word), "{arguments:?}: {word} in {ran:?}");
        }
        ran.ended(0);
    }
    let ran = Ran::against(&Hub::answering([json(&capabilities())]).url(), &["hub", "search", "coffee", "-o", "json"])
        .ended(0);
    assert_eq!(ran.json()["fit"], "perfect");
}

#[test]
fn a_format_that_is_not_known_is_sent_back_as_it_is() {
    let hub = Hub::answering([Answer::json(200, &unknown()), Answer::json(200, &verdict())]);
    let ran = Ran::against(&hub.url(), &["hub", "check", "--repo", "a"]).ended(0);
    assert!(ran.out.contains("would have the outcome postponed"), "{ran:?}");
    let sent = hub.asked()[1].json();
    assert_eq!(sent["format"], "pkl");
}
