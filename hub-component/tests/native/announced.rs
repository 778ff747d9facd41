//! How often a source is checked whose forge announces pushes.

use crate::hooks::{HOUR, URL, asked_after, hooked, index, name, push, sign_and_deliver};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn where_pushes_arrive_the_source_is_asked_once_a_day() {
    let (hub, secret) = hooked().await;
    assert_eq!(asked_after(&hub, 2 * HOUR).await, 1, "by its time to live");
    // Any delivery proves that deliveries arrive.
    sign_and_deliver(&hub, &secret, "ping", &push("", "0")).await;
    assert_eq!(asked_after(&hub, 2 * HOUR).await, 1, "what was planned before");
    for _ in 0..11 {
        assert_eq!(asked_after(&hub, 2 * HOUR).await, 0);
    }
    let status = hub.get("/v1/repos/a").await["status"].clone();
    assert!(status["state"] == "fresh" && status["pushed_at"].is_string(), "{status}");
    assert_eq!(hub.get("/v1/repos?state=fresh").await["total"], 1);
    assert_eq!(asked_after(&hub, 5 * HOUR).await, 1, "once a day");
    // A push costs one request, and the day begins again.
    hub.sources().set(URL, index("New"));
    let before = hub.sources().asked();
    sign_and_deliver(&hub, &secret, "push", &push("registry/index.yaml", "1")).await;
    assert_eq!((hub.sources().asked() - before, name(&hub).await), (1, json!("New")));
    assert_eq!(asked_after(&hub, 23 * HOUR).await, 0);
}

#[tokio::test]
async fn what_changes_unannounced_is_asked_by_its_time_to_live_again() {
    let (hub, secret) = hooked().await;
    sign_and_deliver(&hub, &secret, "ping", &push("", "0")).await;
    assert_eq!(asked_after(&hub, 2 * HOUR).await, 1);
    // The webhook was removed at the forge.
    hub.sources().set(URL, index("New"));
    assert_eq!(asked_after(&hub, 27 * HOUR).await, 1);
    assert_eq!(
        (name(&hub).await, hub.get("/v1/repos/a").await["status"]["pushed_at"].clone()),
        (json!("New"), Value::Null)
    );
    assert_eq!(asked_after(&hub, 2 * HOUR).await, 1);
}

#[tokio::test]
async fn a_forge_that_still_serves_the_old_file_is_asked_again_soon() {
    let (hub, secret) = hooked().await;
    sign_and_deliver(&hub, &secret, "push", &push("registry/index.yaml", "1")).await;
    assert_eq!(name(&hub).await, "Old");
    hub.sources().set(URL, index("New"));
    assert_eq!(asked_after(&hub, 7 * 60).await, 1);
    let announced = hub.get("/v1/repos/a").await["status"]["pushed_at"].clone();
    assert_eq!((name(&hub).await, announced.is_string()), (json!("New"), true));
    assert_eq!(asked_after(&hub, 23 * HOUR).await, 0);
}

#[tokio::test]
async fn without_its_webhook_a_source_is_asked_by_its_time_to_live() {
    let (hub, secret) = hooked().await;
    sign_and_deliver(&hub, &secret, "ping", &push("", "0")).await;
    assert_eq!(asked_after(&hub, 2 * HOUR).await, 1);
    assert_eq!(hub.ask(Method::DELETE, "/v1/repos/a/hook", Value::Null).await.0, 204);
    assert_eq!(asked_after(&hub, 2 * HOUR).await, 1);
    assert_eq!(hub.get("/v1/repos/a").await["status"]["pushed_at"], Value::Null);
}
