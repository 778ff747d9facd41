//! Old revisions are forgotten, and nothing that a kept one needs.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn a_thousand_revisions_or_ninety_days_are_kept_whichever_is_more() {
    let hub = Hub::new();
    hub.register("steady", index("steady", 3, 0)).await;
    hub.register("gone", index("gone", 3, 0)).await;
    hub.ask(Method::DELETE, "/v1/repos/gone", Value::Null).await;
    hub.register("busy", index("busy", 3, 0)).await;
    let gone = hub.get("/v1/federated/manifest?revision=2").await["sources"][0]["index_digest"].clone();
    for i in 0..1100 {
        let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/busy", json!({"domain": format!("d{i}")})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    let newest = hub.get("/v1/federated/manifest").await["revision"].as_u64().expect("a number");
    assert_eq!(newest, 4 + 1100);

    // Young revisions stay, however many.
    hub.pass(DAY + 1);
    hub.compose().await;
    assert_eq!(hub.ask(Method::GET, "/v1/federated?revision=1", Value::Null).await.0, StatusCode::OK);

    hub.pass(90 * DAY);
    hub.compose().await;
    let oldest = newest - 999;
    for (revision, status) in [(1, 410), (oldest - 1, 410), (oldest, 200), (newest, 200), (newest + 1, 404)] {
        let path = format!("/v1/federated?format=json&revision={revision}");
        assert_eq!(hub.ask(Method::GET, &path, Value::Null).await.0.as_u16(), status, "{revision}");
    }
    let document = hub.get(&format!("/v1/federated?format=json&revision={oldest}")).await;
    let repos: Vec<_> = document["sources"].as_array().expect("sources").iter().map(|s| s["repo"].clone()).collect();
    assert_eq!(repos, ["busy", "steady"], "what the oldest kept revision still has from before it");
    assert_eq!(document["capabilities"].as_array().map(Vec::len), Some(6));
    let page = hub.get(&format!("/v1/changes?since={oldest}&limit=100")).await;
    assert_eq!(page["until"], oldest + 100);
    assert_eq!(hub.ask(Method::GET, "/v1/changes?since=1", Value::Null).await.0, StatusCode::GONE);

    let snapshot = |digest: &Value| format!("/v1/indexes/{}", digest.as_str().unwrap_or_default());
    assert_eq!(hub.ask(Method::GET, &snapshot(&gone), Value::Null).await.0, StatusCode::NOT_FOUND, "nothing needs it");
    let steady = document["sources"][1]["index_digest"].clone();
    assert_eq!(hub.ask(Method::GET, &snapshot(&steady), Value::Null).await.0, StatusCode::OK);
}
