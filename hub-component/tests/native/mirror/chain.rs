//! Mirrors of mirrors.

use super::{PRIMARY, fault, follows, index, mirror_of};
use crate::eventually::eventually;
use crate::ports::Hub;
use http::StatusCode;
use hub_component::hub::{Host, Setting};
use serde_json::{Value, json};

const MIRROR: &str = "https://mirror.example.org";

/// A mirror of `mirror`, which is one itself.
fn second_of(mirror: &Hub) -> Hub {
    let second = Hub::new().at(Setting { host: Host::Serve, primary: MIRROR.to_owned(), ..Setting::default() });
    second.sources().is_hub("mirror.example.org", mirror);
    second
}

async fn current_at(mirror: &Hub) -> String {
    mirror.get("/health").await["mirror"]["current_at"].as_str().expect("a time").to_owned()
}

#[tokio::test]
async fn a_mirror_of_a_mirror_is_no_more_current_than_that() {
    let primary = Hub::new();
    primary.register("a", index("capability.a")).await;
    let first = mirror_of(&primary);
    follows(&first, 1).await;
    let second = second_of(&first);
    follows(&second, 1).await;
    assert_eq!(second.read("/v1/federated", &[]).await.2, primary.read("/v1/federated", &[]).await.2);

    first.sources().is_gone("primary.example.org");
    primary.register("b", index("capability.b")).await;
    fault(&first).await;
    for mirror in [&first, &second] {
        mirror.pass(100);
    }
    // The second request begins when the response to the first one has been recorded.
    second.sources().urls();
    for _ in 0..2 {
        eventually(async || {
            second.get("/v1/federated?format=json").await;
            second.sources().urls().iter().any(|url| url.contains("/log?")).then_some(())
        })
        .await;
    }
    let (there, here) = (current_at(&first).await, current_at(&second).await);
    assert!(here <= there, "{here} {there}");
    assert_eq!(second.get("/health").await["mirror"]["fault"], Value::Null);
}

#[tokio::test]
async fn a_mirror_that_has_never_caught_up_is_not_followed() {
    let (primary, first) = (Hub::new(), Hub::new());
    primary.register("a", index("capability.a")).await;
    let first = first.at(Setting { host: Host::Serve, primary: PRIMARY.to_owned(), ..Setting::default() });
    let log = first.get("/v1/federated/log").await;
    assert_eq!((&log["mirror"]["of"], &log["mirror"]["current_at"]), (&json!(PRIMARY), &Value::Null), "{log}");
    let second = second_of(&first);
    let said = fault(&second).await;
    assert!(said.contains(MIRROR) && said.contains("not caught up"), "{said}");
    assert_eq!(second.read("/health", &[]).await.0, StatusCode::SERVICE_UNAVAILABLE);
    first.sources().is_hub("primary.example.org", &primary);
    follows(&first, 1).await;
    follows(&second, 1).await;
}
