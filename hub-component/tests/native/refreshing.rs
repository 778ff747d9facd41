//! Who is fetched when: once for all who ask at the same time, by whichever clock; and what ended a refresh.

use crate::ports::{Hub, index};
use federation::digest::Digest;
use federation::limits::FETCH_TIMEOUT;
use futures::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

async fn refresh(hub: &Hub, repo: &str) -> Value {
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
        // Each has read what there is before it looks at the lease.
        let mut looked = 0;
        while looked < 12 || hub.sources().asked() == asked {
            tokio::task::yield_now().await;
            let statements = hub.statements().into_iter().chain(beside.statements());
            looked += statements.filter(|sql| sql.starts_with("SELECT expires_at FROM leases")).count();
        }
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
        while hub.sources().asked() == asked {
            tokio::task::yield_now().await;
        }
        let patch = json!({"url": "https://b.example.org/index.yaml"});
        let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/a", patch).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        for _ in 0..20 {
            hub.get("/v1/repos/a").await;
        }
        assert_eq!(hub.sources().asked(), asked + 1, "one at a time");
        hub.sources().recover();
    });
    assert_eq!(answer["source"]["outcome"], "superseded", "{answer}");
    // What was spawned looks again when a tenth of a second has passed.
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
        // Whoever comes first fetches for both.
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
    // One clock is five seconds late, and the other one five seconds early.
    let beside = hub.beside(10);
    hub.change("UPDATE source_state SET next_check_at = 0");
    hub.sources().hang("a.example.org");
    let asked = hub.sources().asked();
    let (report, ()) = tokio::join!(hub.compose(), async {
        while hub.sources().asked() == asked {
            tokio::task::yield_now().await;
        }
        // Nothing is renewed until the source has answered. Judging what it sent is a matter of seconds.
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

/// As a refresh leaves it that ended while it judged what `repo` sent.
async fn died(hub: &Hub, repo: &str, text: &str) {
    let lease = "INSERT INTO leases (name, holder, judging, expires_at) VALUES ('refresh', $1, $2, $3)";
    hub.write(lease, "dead", &format!("{} {repo}", Digest::of(text.as_bytes())), -1).await;
}

#[tokio::test]
async fn what_ended_a_refresh_fails_backs_off_and_is_given_up_the_second_time() {
    let hub = Hub::new();
    for repo in ["bad", "good"] {
        hub.register(repo, index(repo, 1, 0)).await;
    }
    let bomb = index("bad", 1, 9);
    for repo in ["bad", "good"] {
        hub.publish(repo, index(repo, 1, 9));
    }
    died(&hub, "bad", &bomb).await;
    let asked = hub.sources().asked();
    let report = hub.compose().await;
    let bad = &report["sources"][0];
    assert_eq!((&bad["outcome"], &bad["reason"]), (&json!("failed"), &json!("judging-ended")), "{report}");
    assert_eq!((&report["sources"][1]["outcome"], hub.sources().asked()), (&json!("accepted"), asked + 1), "{report}");
    let status = hub.get("/v1/repos/bad").await["status"].clone();
    assert_eq!((&status["state"], &status["consecutive_failures"]), (&json!("stale"), &json!(1)), "{status}");
    // Not before its time, whoever composes.
    assert_eq!(hub.compose().await["sources"][0]["outcome"], "not-due");
    hub.pass(120);
    died(&hub, "bad", &bomb).await;
    hub.compose().await;
    hub.pass(600);
    hub.statements();
    let report = hub.compose().await;
    assert_eq!(
        report["sources"][0]["reason"], "judging-ended",
        "the same content is not judged a third time: {report}"
    );
    assert_eq!(marks(&hub), 0);
    // Other content is, and so is the same one if somebody asks for it.
    assert_eq!(refresh(&hub, "bad").await["source"]["outcome"], "accepted");
    assert_eq!(hub.get("/v1/repos/bad").await["status"]["state"], "fresh");
}

#[tokio::test]
async fn what_nobody_holds_any_more_is_counted_by_whichever_refresh_comes_next() {
    let hub = Hub::new();
    for repo in ["bad", "good"] {
        hub.register(repo, index(repo, 1, 0)).await;
    }
    hub.change(&format!(
        "INSERT INTO leases (name, holder, expires_at, judging) VALUES
         ('source:bad', 'dead', 1, '{0} bad'), ('source:good', 'alive', 1800000030, '{0} good'), ('source:gone', 'dead', 1, '{0} gone')",
        Digest::of(b"x")
    ));
    hub.compose().await;
    assert_eq!(hub.get("/v1/repos/bad").await["status"]["reason"], "judging-ended");
    assert_eq!(hub.get("/v1/repos/good").await["status"]["state"], "fresh");
    assert_eq!(hub.number("SELECT count(*) FROM leases WHERE judging <> ''"), 1, "of the one that is at it");
}

/// How often it was written that something is being judged, since the last look.
fn marks(hub: &Hub) -> usize {
    // A batch that is written says that nothing is being judged any more, and goes on. A mark is a transaction of its own.
    let statements = hub.statements();
    let is_mark = |pair: &&[String]| {
        pair[0].starts_with("UPDATE leases SET judging") && pair[1].starts_with("INSERT INTO leases")
    };
    statements.windows(2).filter(is_mark).count()
}

#[tokio::test]
async fn only_new_content_is_written_down_before_it_is_judged() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    hub.statements();
    hub.compose().await;
    assert_eq!(marks(&hub), 0, "304");
    refresh(&hub, "a").await;
    assert_eq!(marks(&hub), 0, "the same bytes");
    hub.publish("a", index("a", 1, 1));
    hub.compose().await;
    assert_eq!(marks(&hub), 1);
    hub.publish("a", index("a", 1, 2));
    refresh(&hub, "a").await;
    assert_eq!(marks(&hub), 1);
}

#[tokio::test]
async fn what_is_held_is_written_down_before_a_304_may_publish_it() {
    let hub = Hub::new();
    hub.register("a", index("a", 20, 0)).await;
    hub.publish("a", index("a", 2, 1));
    hub.compose().await;
    hub.pass(3600);
    hub.statements();
    assert_eq!(hub.compose().await["sources"][0]["outcome"], "held");
    assert_eq!(marks(&hub), 1);
}

#[tokio::test]
async fn what_is_released_is_what_was_judged_and_of_the_url_that_counts() {
    let hub = Hub::new();
    hub.register("a", index("a", 20, 0)).await;
    hub.publish("a", index("a", 2, 1));
    hub.compose().await;
    let held = hub.get("/v1/repos/a").await["status"]["held_digest"].as_str().expect("held").to_owned();
    let release = |digest: String| {
        let hub = &hub;
        async move { hub.ask(Method::POST, &format!("/v1/repos/a/release?digest={digest}"), Value::Null).await }
    };
    let (status, answer) = release(Digest::of(b"another").to_string()).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("held-another")));
    let (status, answer) = release("sha256:1".to_owned()).await;
    assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("invalid-query")));
    assert_eq!(hub.get("/v1/repos/a").await["status"]["capability_count"], 20);

    hub.sources().hang("b.example.org");
    let patch = json!({"url": "https://b.example.org/index.yaml"});
    let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/a", patch).await;
    assert_eq!((status, &answer["status"]["held_digest"]), (StatusCode::OK, &Value::Null), "{answer}");
    let (status, answer) = hub.ask(Method::POST, "/v1/repos/a/release", Value::Null).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("nothing-held")), "{answer}");

    let back = json!({"url": "https://a.example.org/index.yaml"});
    hub.ask(Method::PATCH, "/v1/repos/a", back).await;
    hub.sources().recover();
    hub.settle().await;
    hub.compose().await;
    let (status, answer) = release(held).await;
    assert_eq!((status, &answer["source"]["capability_count"]), (StatusCode::OK, &json!(2)), "{answer}");
}

/// A refresh that ends while it publishes what `repo` sent.
async fn dies_publishing(hub: &Hub, repo: &str) {
    hub.statements();
    let marked = format!("SELECT count(*) FROM leases WHERE judging LIKE '% {repo}%'");
    {
        let mut compose = pin!(hub.compose());
        loop {
            let polled = poll_fn(|context| Poll::Ready(compose.as_mut().poll(context))).await;
            assert!(polled.is_pending(), "it ended by itself: {polled:?}");
            let publishes = hub.statements().iter().any(|sql| sql.starts_with("INSERT INTO search_postings"));
            if publishes && hub.number(&marked) == 1 {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    hub.died_in_a_transaction();
}

#[tokio::test]
async fn who_is_published_with_what_ended_a_refresh_is_blamed_once_and_not_given_up() {
    let hub = Hub::new();
    let repos = ["a", "bad", "z"];
    for repo in repos {
        hub.register(repo, index(repo, 1, 0)).await;
    }
    for repo in repos {
        hub.publish(repo, index(repo, 1, 1));
    }
    hub.give_way();
    dies_publishing(&hub, "bad").await;
    hub.pass(61);
    let report = hub.compose().await;
    for source in report["sources"].as_array().expect("a list") {
        assert_eq!(source["reason"], "judging-ended", "it may have been any of them: {report}");
    }
    hub.pass(120);
    dies_publishing(&hub, "bad").await;
    hub.pass(600);
    hub.compose().await;
    hub.pass(600);
    let report = hub.compose().await;
    assert_eq!(report["sources"][1]["reason"], "judging-ended", "given up: {report}");
    for repo in ["a", "z"] {
        let status = hub.get(&format!("/v1/repos/{repo}")).await["status"].clone();
        assert_eq!(
            (&status["state"], &status["consecutive_failures"]),
            (&json!("fresh"), &json!(0)),
            "{repo}: {status}"
        );
    }
    let shown = hub.get("/v1/federated?format=json").await;
    let versions: Vec<_> = repos.iter().enumerate().map(|(at, _)| shown["capabilities"][at]["name"].clone()).collect();
    assert_eq!(versions, [json!("Version 1"), json!("Version 0"), json!("Version 1")]);
}
