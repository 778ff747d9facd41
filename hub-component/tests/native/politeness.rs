//! Hosts that ask for fewer requests get none, from any instance, for any source that they serve.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const HOST: &str = "forge.example.org";
/// Requests to one host that may be in progress when it asks for the first time.
const UNDER_WAY: usize = 4;

/// Forty sources of one host, each fetched once, and all due again.
async fn forty() -> Hub {
    let hub = Hub::new();
    for number in 0..40 {
        let url = format!("https://{HOST}/{number}");
        hub.sources().set(&url, index("x", 1, number));
        let body = json!({"repo": format!("r{number}"), "url": url, "domain": "d"});
        let (status, answer) = hub.ask(Method::POST, "/v1/repos?require_valid=true", body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
    }
    hub.pass(2 * 3600);
    hub
}

/// Reads until no more requests are sent.
async fn read(hub: &Hub) {
    hub.get("/v1/federated?format=json").await;
    let mut before = usize::MAX;
    while hub.sources().asked() != before {
        before = hub.sources().asked();
        hub.settle().await;
    }
}

#[tokio::test]
async fn ten_reads_ask_a_host_that_wants_peace_once() {
    for (status, headers) in [
        (429, &[("retry-after", "3600")][..]),
        (403, &[("retry-after", "3600")]),
        (503, &[("retry-after", "3600")]),
        (403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1800010800")]),
    ] {
        let hub = forty().await;
        hub.sources().answer(HOST, status, headers);
        let asked = hub.sources().asked();
        for _ in 0..10 {
            read(&hub).await;
            hub.pass(60);
        }
        let asked = hub.sources().asked() - asked;
        assert!((1..=UNDER_WAY).contains(&asked), "{status} {headers:?}: asked {asked} times");
        // Another instance knows about it too, and a composition reports the sources that it would have requested as deferred.
        let beside = hub.beside(0);
        let (_, report) = beside.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
        assert_eq!((&report["fetched"], &report["failed"]), (&json!(0), &json!(0)), "{report}");
        let failed = hub.number("SELECT count(*) FROM source_state WHERE record LIKE '%\"failure\"%'");
        assert_eq!(failed, i64::try_from(asked).expect("small"), "those that were not asked have not failed");

        hub.sources().recover();
        hub.pass(3600);
        let (_, report) = hub.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
        assert_eq!((&report["fetched"], &report["failed"]), (&json!(40), &json!(0)), "{report}");
        assert_eq!(hub.number("SELECT count(*) FROM quiet_hosts WHERE until > 1800010900"), 0);
    }
}

#[tokio::test]
async fn who_is_registered_meanwhile_waits_with_the_others_unless_somebody_asks() {
    let hub = forty().await;
    hub.sources().answer(HOST, 429, &[("retry-after", "3600")]);
    read(&hub).await;
    let asked = hub.sources().asked();
    hub.change("UPDATE source_state SET next_check_at = 0 WHERE repo = 'r7'");
    let (_, report) = hub.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
    let seven = report["sources"].as_array().and_then(|list| list.iter().find(|source| source["repo"] == "r7"));
    assert_eq!(seven.map(|source| &source["outcome"]), Some(&json!("deferred")), "{report}");
    assert_eq!(hub.sources().asked(), asked);
    assert!(hub.number("SELECT next_check_at FROM source_state WHERE repo = 'r7'") > 1_800_010_000, "it is not due");
    let (_, answer) = hub.ask(Method::POST, "/v1/repos/r7/refresh", Value::Null).await;
    assert_eq!((&answer["source"]["outcome"], hub.sources().asked()), (&json!("failed"), asked + 1), "{answer}");
}

#[tokio::test]
async fn a_redirect_does_not_lead_to_a_host_that_wants_peace() {
    let hub = forty().await;
    hub.register("moved", index("m", 1, 0)).await;
    hub.sources().answer("moved.example.org", 302, &[("location", "https://forge.example.org/1")]);
    hub.sources().answer(HOST, 429, &[("retry-after", "3600")]);
    read(&hub).await;
    hub.change("UPDATE source_state SET next_check_at = 0 WHERE repo = 'moved'");
    let asked = hub.sources().asked();
    let (_, report) = hub.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
    let moved = report["sources"].as_array().and_then(|list| list.iter().find(|source| source["repo"] == "moved"));
    assert_eq!(moved.map(|source| &source["outcome"]), Some(&json!("deferred")), "{report}");
    assert_eq!(hub.sources().asked(), asked + 1, "the redirect alone");
}
