//! What is gone leaves a tombstone that names its successor.

use crate::consumers::index;
use crate::mcp::call;
use crate::ports::Hub;
use http::{Method, StatusCode};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60;

/// A hub whose repo `state` deprecated `state.publish` for `state.announce`, and then removed it.
async fn with_a_removal() -> Hub {
    let hub = Hub::new();
    let old = index(&[("state.publish", "deprecated"), ("state.announce", "stable")], "[]");
    let old = old.replace("status: deprecated", "status: deprecated, replaced_by: state.announce");
    hub.register("state", old).await;
    hub.publish("state", index(&[("state.announce", "stable")], "[]"));
    hub.compose().await;
    hub
}

async fn status(hub: &Hub, path: &str) -> (StatusCode, Value) {
    hub.ask(Method::GET, path, Value::Null).await
}

#[tokio::test]
async fn it_is_found_by_its_id_in_the_api_on_pages_and_in_mcp() {
    let hub = with_a_removal().await;
    let (gone, answer) = status(&hub, "/v1/capabilities/state.publish").await;
    let tombstone = json!({"id": "state.publish", "source_repo": "state", "name": "The state.publish", "removed_in": 2,
        "replaced_by": "state.announce"});
    assert_eq!((gone, &answer["code"]), (StatusCode::GONE, &json!("capability-gone")));
    assert_eq!(answer["gone"], json!([tombstone]));
    assert!(answer["detail"].as_str().is_some_and(|it| it.contains("Use `state.announce` instead.")), "{answer}");
    assert_eq!(status(&hub, "/v1/capabilities/state.publish?repo=state").await.0, StatusCode::GONE);
    assert_eq!(status(&hub, "/v1/capabilities/state.publish?repo=other").await.0, StatusCode::NOT_FOUND);
    let (code, _, page) = hub.page("/capabilities/state.publish", ("accept", "text/html")).await;
    assert_eq!(code, StatusCode::GONE);
    assert!(page.contains("/capabilities/state.announce") && page.contains("/revisions/2"), "{page}");
    let told = call(&hub, "get_capability", json!({"id": "state.publish"})).await;
    let text: Value = serde_json::from_str(told["content"][0]["text"].as_str().expect("text")).expect("JSON");
    assert_eq!((&told["isError"], &text["gone"]), (&json!(true), &json!([tombstone])));
    assert_eq!(hub.get("/v1/capabilities/state.publish/consumers").await["total"], 0);
}

#[tokio::test]
async fn a_search_that_names_it_says_that_it_is_gone() {
    let hub = with_a_removal().await;
    let gone = |page: Value| page["gone"][0]["replaced_by"].clone();
    for question in ["state.publish", "what+became+of+state.publish", "publish"] {
        assert_eq!(gone(hub.get(&format!("/v1/capabilities?q={question}")).await), "state.announce", "{question}");
    }
    for question in
        ["announce", "weather", "publish+weather", "state.publish&repo=other", "state.publish&status=stable"]
    {
        assert_eq!(gone(hub.get(&format!("/v1/capabilities?q={question}")).await), Value::Null, "{question}");
    }
    let page = hub.text("/capabilities?q=state.publish").await;
    assert!(page.contains("removed by") && page.contains("/capabilities/state.announce"), "{page}");
    let told = call(&hub, "search_capabilities", json!({"q": ["state.publish"]})).await;
    assert_eq!(told["structuredContent"]["gone"][0]["id"], "state.publish", "{told}");
    // Results stay within their budget, however many capabilities are gone.
    for tokens in [60, 80, 100, 120, 200] {
        let path = format!("/v1/capabilities?q=state.publish&budget_tokens={tokens}");
        let (code, _, body) = hub.read(&path, &[]).await;
        assert!(code != StatusCode::OK || body.len() <= tokens * 4, "{tokens}: {}", body.len());
    }
}

#[tokio::test]
async fn a_step_that_removes_it_names_the_successor() {
    let hub = with_a_removal().await;
    let changes = hub.get("/v1/changes?since=1").await;
    assert_eq!(
        (&changes["items"][0]["op"], &changes["items"][0]["before"]["replaced_by"]),
        (&json!("removed"), &json!("state.announce"))
    );
}

#[tokio::test]
async fn it_goes_when_the_capability_is_back_anywhere_and_with_its_revision() {
    let hub = with_a_removal().await;
    hub.register("heir", index(&[("state.publish", "stable")], "[]")).await;
    assert_eq!(status(&hub, "/v1/capabilities/state.publish").await.0, StatusCode::OK);
    assert_eq!(hub.get("/v1/capabilities?q=state.publish").await.get("gone"), None);
    hub.ask(Method::DELETE, "/v1/repos/heir", Value::Null).await;
    let (code, answer) = status(&hub, "/v1/capabilities/state.publish").await;
    let repos: Vec<&Value> = answer["gone"].as_array().expect("a list").iter().map(|it| &it["source_repo"]).collect();
    assert_eq!((code, repos), (StatusCode::GONE, vec![&json!("heir"), &json!("state")]), "the newest first");
    hub.publish("state", index(&[("state.publish", "stable")], "[]"));
    hub.compose().await;
    assert_eq!(hub.number("SELECT count(*) FROM tombstones WHERE repo = 'state' AND id = 'state.publish'"), 0);
    assert_eq!(hub.number("SELECT count(*) FROM tombstones WHERE repo = 'state'"), 1, "announce went");
}

#[tokio::test]
async fn it_stays_as_long_as_its_revision() {
    let hub = with_a_removal().await;
    // More newer revisions than are kept whatever their age.
    hub.change(
        "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
         INSERT INTO revisions SELECT i, digest, composed_at, actor, cause, source_count, capability_count FROM revisions, n WHERE number = 2",
    );
    hub.pass(89 * DAY);
    hub.compose().await;
    assert_eq!(hub.number("SELECT count(*) FROM tombstones"), 1);
    hub.pass(2 * DAY);
    hub.compose().await;
    assert_eq!(hub.number("SELECT min(number) FROM revisions"), 101);
    assert_eq!(hub.number("SELECT count(*) FROM tombstones"), 0);
    assert_eq!(status(&hub, "/v1/capabilities/state.publish").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_repo_leaves_a_bounded_number() {
    let hub = with_a_removal().await;
    hub.change(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20100)
         INSERT INTO tombstones SELECT 'old.n' || i, 'state', 1, '', '' FROM n",
    );
    hub.publish("state", index(&[("state.other", "stable")], "[]"));
    hub.compose().await;
    assert_eq!(hub.number("SELECT count(*) FROM tombstones WHERE repo = 'state'"), 20_000);
    assert_eq!(hub.number("SELECT count(*) FROM tombstones WHERE id LIKE 'state.%'"), 2, "the newest stay");
}
