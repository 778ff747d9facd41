//! A branch that was renamed: meanwhile, the index is read at the `HEAD` of its repository, and the source says so.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const URL: &str = "https://codeberg.org/acme/a/raw/branch/master/registry/index.yaml";
const HEAD: &str = "https://codeberg.org/acme/a/raw/branch/HEAD/registry/index.yaml";

/// A registration whose branch disappeared after its first check.
async fn renamed() -> Hub {
    let hub = Hub::new();
    hub.sources().is_forge("codeberg.org");
    hub.sources().set(URL, index("a", 1, 1));
    let body = json!({"repo": "a", "url": URL, "domain": "d"});
    assert_eq!(hub.ask(Method::POST, "/v1/repos?require_valid=true", body).await.0, StatusCode::CREATED);
    hub.sources().remove(URL);
    hub.sources().urls();
    hub
}

/// The status after everything that is due was fetched.
async fn status(hub: &Hub) -> Value {
    let (status, answer) = hub.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    hub.get("/v1/repos/a").await["status"].clone()
}

#[tokio::test]
async fn the_index_is_followed_to_the_head_and_the_source_says_so() {
    let hub = renamed().await;
    hub.sources().set(HEAD, index("a", 2, 2));
    hub.pass(3700);
    let seen = status(&hub).await;
    assert_eq!(
        (&seen["state"], &seen["reason"], &seen["capability_count"]),
        (&json!("fresh"), &json!("branch-renamed"), &json!(2)),
        "{seen}"
    );
    assert!(seen["message"].as_str().is_some_and(|message| message.contains(HEAD)), "{seen}");
    assert_eq!(hub.get("/v1/repos/a").await["url"], URL, "its owner wrote it");
    assert_eq!(hub.sources().urls(), [URL, HEAD]);
    // While it is unchanged there, it costs no body; and a temporary failure does not end this.
    let bodies = hub.sources().bodies.load(std::sync::atomic::Ordering::Relaxed);
    hub.pass(4000);
    assert_eq!(status(&hub).await["reason"], "branch-renamed");
    assert_eq!(hub.sources().bodies.load(std::sync::atomic::Ordering::Relaxed), bodies);
    hub.sources().script(HEAD, 502, &[], "");
    hub.pass(4000);
    assert_eq!(status(&hub).await["reason"], "http-status");
    hub.sources().remove(HEAD);
    hub.sources().set(HEAD, index("a", 2, 3));
    hub.pass(120);
    assert_eq!(status(&hub).await["reason"], "branch-renamed");
    // The branch is back.
    hub.sources().set(URL, index("a", 1, 1));
    hub.pass(4000);
    hub.sources().urls();
    assert_eq!(status(&hub).await["reason"], Value::Null);
    assert_eq!(hub.sources().urls(), [URL]);
}

#[tokio::test]
async fn a_head_without_an_index_is_looked_at_once_a_day() {
    let hub = renamed().await;
    // There is only an HTML page at `HEAD`.
    hub.sources().set(HEAD, "<!DOCTYPE html><title>Sign in</title>".to_owned());
    hub.pass(3700);
    let seen = status(&hub).await;
    assert_eq!(
        (&seen["state"], &seen["reason"], &seen["http_status"]),
        (&json!("stale"), &json!("http-status"), &json!(404)),
        "{seen}"
    );
    for _ in 0..20 {
        hub.pass(1800);
        status(&hub).await;
    }
    let urls = hub.sources().urls();
    assert_eq!(urls.iter().filter(|url| *url == HEAD).count(), 1, "{urls:?}");
    assert!(urls.len() > 10, "{urls:?}");
    hub.pass(24 * 3600);
    status(&hub).await;
    assert_eq!(hub.sources().urls(), [URL, HEAD]);
}

#[tokio::test]
async fn nothing_but_a_missing_file_leads_to_the_head() {
    let hub = renamed().await;
    for status_code in [401, 403, 410, 500] {
        hub.sources().script(URL, status_code, &[], "");
        hub.pass(3700);
        assert_eq!(status(&hub).await["http_status"], status_code);
    }
    assert!(!hub.sources().urls().contains(&HEAD.to_owned()));
}
