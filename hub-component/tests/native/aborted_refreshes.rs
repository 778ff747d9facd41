//! Refreshes that an index interrupted: which source is blamed, and what is not tried again.

use crate::ports::{Hub, index};
use crate::refreshing::refresh;
use federation::digest::Digest;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// The state that a refresh leaves if it was interrupted while it validated the index of `repo`.
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
    // It is not tried before its time, whoever composes.
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
    // Other content is tried, and so is the same content if its refresh is requested.
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

/// How often content was marked as being validated since the last call.
fn marks(hub: &Hub) -> usize {
    // Writing a batch clears the mark, and the refresh continues. A mark is a transaction of its own.
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
    let (status, answer) = hub.ask_without_settling("t", Method::PATCH, "/v1/repos/a", &patch).await;
    assert_eq!((status, &answer["status"]["held_digest"]), (StatusCode::OK, &Value::Null), "{answer}");
    let (status, answer) = hub.ask_without_settling("t", Method::POST, "/v1/repos/a/release", &Value::Null).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("nothing-held")), "{answer}");

    let back = json!({"url": "https://a.example.org/index.yaml"});
    hub.ask_without_settling("t", Method::PATCH, "/v1/repos/a", &back).await;
    hub.sources().recover();
    hub.settle().await;
    hub.compose().await;
    let (status, answer) = release(held).await;
    assert_eq!((status, &answer["source"]["capability_count"]), (StatusCode::OK, &json!(2)), "{answer}");
}

/// A refresh that is interrupted while it publishes the index of `repo`.
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
