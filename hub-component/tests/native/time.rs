//! What time alone changes.

use crate::eventually::eventually;
use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const HOUR: i64 = 3600;

#[tokio::test]
async fn a_held_index_is_released_after_a_day_of_the_same_content() {
    let hub = Hub::new();
    hub.register("a", index("a", 20, 0)).await;
    hub.publish("a", index("a", 2, 1));
    for hour in 0..24 {
        let report = hub.compose().await;
        assert_eq!(report["sources"][0]["outcome"], "held", "after {hour} h");
        hub.pass(HOUR);
    }
    let report = hub.compose().await;
    assert_eq!((&report["sources"][0]["outcome"], &report["published"]), (&json!("accepted"), &json!(true)));
    assert_eq!(hub.get("/v1/federated?format=json").await["capabilities"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_source_nobody_checked_turns_stale() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let state = || async { hub.get("/v1/repos/a").await["status"]["state"].clone() };
    assert_eq!(state().await, "fresh");
    hub.pass(3 * HOUR);
    assert_eq!(state().await, "stale");
    assert_eq!(hub.get("/v1/repos?state=stale").await["total"], 1);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_make_the_log_run_backwards() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.pass(-24 * HOUR);
    hub.publish("a", index("a", 3, 1));
    hub.compose().await;
    let log = hub.get("/v1/federated/revisions").await;
    assert_eq!(log["revisions"][0]["revision"], 2);
    assert!(log["revisions"][0]["composed_at"].as_str() >= log["revisions"][1]["composed_at"].as_str(), "{log}");
}

#[tokio::test]
async fn what_was_done_while_the_clock_was_ahead_keeps_nobody_waiting() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.pass(24 * HOUR);
    hub.compose().await;
    let lease = "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)";
    hub.write(lease, "refresh", "dead", 60).await;
    hub.pass(-25 * HOUR);
    hub.publish("a", index("a", 3, 1));
    // The read is answered from the current state, and triggers the check.
    hub.get("/v1/federated?format=json").await;
    eventually(async || {
        let document = hub.get("/v1/federated?format=json").await;
        (document["capabilities"][0]["name"] == "Version 1").then_some(())
    })
    .await;
    let status = hub.get("/v1/repos/a").await["status"].clone();
    assert_eq!(status["state"], "fresh", "{status}");
    assert!(status["verified_at"].as_str() < status["next_check_at"].as_str(), "{status}");
}

#[tokio::test]
async fn a_refresh_that_died_keeps_others_away_for_a_minute_only() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let lease = "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)";
    hub.write(lease, "refresh", "dead", 60).await;
    hub.pass(61);
    let (status, report) = hub.ask(Method::POST, "/v1/federated/compose?force=true", Value::Null).await;
    assert_eq!((status.as_u16(), &report["fetched"]), (200, &json!(1)), "{report}");
}

#[tokio::test]
async fn a_compose_ends_in_time_and_says_what_it_did_not_reach() {
    let hub = Hub::new();
    hub.register("good", index("good", 3, 0)).await;
    hub.register("mute", index("mute", 3, 0)).await;
    hub.publish("good", index("good", 3, 1));
    hub.sources().hang("mute.example.org");
    let before = hub.sources().requests.load(Ordering::Relaxed);
    let (report, ()) = tokio::join!(hub.compose(), async {
        eventually(async || (hub.sources().requests.load(Ordering::Relaxed) >= before + 2).then_some(())).await;
        hub.pass(46);
    });
    let outcomes: Vec<_> =
        report["sources"].as_array().expect("sources").iter().map(|s| s["outcome"].clone()).collect();
    assert_eq!(outcomes, [json!("accepted"), json!("not-reached")], "{report}");
    assert_eq!(
        (&report["partial"], &report["published"], &report["fetched"], &report["failed"]),
        (&json!(true), &json!(true), &json!(1), &json!(0))
    );
    // Nothing was held against the source, and the lease is free.
    hub.sources().recover();
    let report = hub.compose().await;
    assert_eq!((&report["partial"], &report["fetched"]), (&json!(false), &json!(2)), "{report}");
    assert_eq!(hub.get("/v1/repos/mute").await["status"]["state"], "fresh");
}
