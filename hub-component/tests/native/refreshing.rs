//! When sources are fetched: once for all concurrent requests, even if clocks differ; and after a refresh was interrupted.

use crate::eventually::eventually;
use crate::ports::{Hub, index};
use federation::limits::FETCH_TIMEOUT;
use futures::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};

pub async fn refresh(hub: &Hub, repo: &str) -> Value {
    let (status, answer) = hub.ask(Method::POST, &format!("/v1/repos/{repo}/refresh"), Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

#[tokio::test]
async fn twelve_refreshes_of_one_source_at_the_same_time_make_one_fetch() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    let beside = hub.beside(5);
    beside.get("/v1/repos").await;
    hub.publish("a", index("a", 1, 1));
    hub.sources().hang("a.example.org");
    let asked = hub.sources().asked();
    let all = join_all((0..12).map(|number| refresh(if number % 2 == 0 { &hub } else { &beside }, "a")));
    let (answers, ()) = tokio::join!(all, async {
        // Each reads the current state once, and then looks at the lease every 100 ms.
        let (mut read, mut looked) = (0, 0);
        eventually(async || {
            for sql in hub.statements().into_iter().chain(beside.statements()) {
                read += usize::from(sql.contains("FROM revisions ORDER BY number DESC LIMIT 1"));
                looked += usize::from(read >= 12 && sql.starts_with("SELECT expires_at FROM leases"));
            }
            (looked >= 3 * 12 && hub.sources().asked() > asked).then_some(())
        })
        .await;
        hub.sources().recover();
    });
    assert_eq!(hub.sources().asked(), asked + 1);
    for answer in answers {
        assert_eq!((&answer["source"]["outcome"], &answer["revision"]), (&json!("accepted"), &json!(2)), "{answer}");
        assert_eq!(answer["published"], true, "{answer}");
    }
    assert_eq!(hub.number("SELECT count(*) FROM leases WHERE name = 'source:a'"), 0);
    // The next one is another refresh.
    assert_eq!(refresh(&hub, "a").await["source"]["outcome"], "unchanged");
    assert_eq!(hub.sources().asked(), asked + 2);
}

#[tokio::test]
async fn whoever_waits_for_a_refresh_that_died_makes_it_themselves() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    let lease = "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)";
    hub.write(lease, "source:a", "dead", 60).await;
    let asked = hub.sources().asked();
    let (answer, ()) = tokio::join!(refresh(&hub, "a"), async {
        hub.settle().await;
        assert_eq!(hub.sources().asked(), asked, "the other one may still be at it");
        hub.pass(61);
    });
    assert_eq!((&answer["source"]["outcome"], hub.sources().asked()), (&json!("unchanged"), asked + 1), "{answer}");
}

#[tokio::test]
async fn a_url_that_changes_during_a_refresh_is_fetched_after_it() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    hub.sources().set("https://b.example.org/index.yaml", index("b", 1, 1));
    hub.sources().hang("a.example.org");
    let asked = hub.sources().asked();
    let (answer, ()) = tokio::join!(refresh(&hub, "a"), async {
        eventually(async || (hub.sources().asked() > asked).then_some(())).await;
        let patch = json!({"url": "https://b.example.org/index.yaml"});
        let (status, answer) = hub.ask_without_settling("t", Method::PATCH, "/v1/repos/a", &patch).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        for _ in 0..20 {
            hub.get("/v1/repos/a").await;
        }
        assert_eq!(hub.sources().asked(), asked + 1, "one at a time");
        hub.sources().recover();
    });
    assert_eq!(answer["source"]["outcome"], "superseded", "{answer}");
    // The spawned task looks again after a tenth of a second.
    for _ in 0..1_000 {
        if hub.get("/v1/repos/a").await["status"]["state"] == "fresh" {
            break;
        }
        hub.settle().await;
    }
    let document = hub.get("/v1/federated?format=json").await;
    assert_eq!(document["capabilities"][0]["id"], "capability.b.n0", "{document}");
}

#[tokio::test]
async fn a_refresh_that_somebody_asks_for_has_no_conditions() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    hub.compose().await;
    assert_eq!(hub.sources().conditions(), 1);
    let bodies = hub.sources().bodies.load(std::sync::atomic::Ordering::Relaxed);
    refresh(&hub, "a").await;
    assert_eq!(hub.sources().conditions(), 0);
    assert_eq!(hub.sources().bodies.load(std::sync::atomic::Ordering::Relaxed), bodies + 1);
}

#[tokio::test]
async fn clocks_that_differ_by_seconds_fetch_once_in_a_time_to_live() {
    for ahead in [-5, 5] {
        let hub = Hub::new();
        hub.register("a", index("a", 1, 0)).await;
        let beside = hub.beside(ahead);
        // A lease that the other one holds is held.
        let lease = "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)";
        beside.write(lease, "refresh", "another", 60).await;
        hub.change("UPDATE source_state SET next_check_at = 0");
        let asked = hub.sources().asked();
        hub.get("/v1/federated?format=json").await;
        hub.settle().await;
        assert_eq!(hub.sources().asked(), asked, "{ahead}: it refreshes beside another");
        hub.change("DELETE FROM leases");
        // The first request fetches for both.
        for round in 1..=3 {
            for reader in [&beside, &hub, &beside, &hub] {
                reader.get("/v1/federated?format=json").await;
                reader.settle().await;
            }
            assert_eq!(hub.sources().asked(), asked + round, "{ahead}");
            for hub in [&hub, &beside] {
                hub.pass(3600 + 360 + 6);
            }
        }
    }
}

#[tokio::test]
async fn a_clock_that_is_ahead_overtakes_no_refresh_while_a_source_takes_its_time() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    // One clock is five seconds slow, and the other one five seconds fast.
    let beside = hub.beside(10);
    hub.change("UPDATE source_state SET next_check_at = 0");
    hub.sources().hang("a.example.org");
    let asked = hub.sources().asked();
    let (report, ()) = tokio::join!(hub.compose(), async {
        eventually(async || (hub.sources().asked() > asked).then_some(())).await;
        // The lease is not renewed until the source has responded. Validating its index takes seconds.
        let longest = i64::try_from(FETCH_TIMEOUT.as_secs()).expect("seconds") + 10;
        for hub in [&hub, &beside] {
            hub.pass(longest);
        }
        beside.get("/v1/federated?format=json").await;
        beside.settle().await;
        assert_eq!(hub.sources().asked(), asked + 1, "the other one fetches too");
        hub.sources().recover();
    });
    assert_eq!((&report["fetched"], hub.sources().asked()), (&json!(1), asked + 1), "{report}");
}

#[tokio::test]
async fn a_shorter_time_to_live_brings_the_next_check_forward() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    let at = |hub: &Hub| hub.number("SELECT next_check_at FROM source_state");
    let before = at(&hub);
    for (seconds, expected) in [(7200, before), (60, 1_800_000_060), (600, 1_800_000_060)] {
        let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"cache_ttl_seconds": seconds})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(at(&hub), expected, "{seconds} s");
    }
    let asked = hub.sources().asked();
    hub.pass(61);
    hub.get("/v1/federated?format=json").await;
    hub.settle().await;
    assert_eq!(hub.sources().asked(), asked + 1);
}
