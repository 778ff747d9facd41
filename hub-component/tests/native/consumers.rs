//! Who uses a capability: what is listed, when it changes, and what a check says about it.

use crate::mcp::call;
use crate::ports::Hub;
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// An index with these capabilities (id, status) and uses.
pub fn index(capabilities: &[(&str, &str)], uses: &str) -> String {
    let one = |(id, status): &(&str, &str)| format!("- {{id: {id}, name: The {id}, status: {status}}}\n");
    let list: String = capabilities.iter().map(one).collect();
    format!("version: 1\nuses: {uses}\ncapabilities:{}{list}", if list.is_empty() { " []\n" } else { "\n" })
}

const STABLE: [(&str, &str); 2] = [("state.publish", "stable"), ("state.read", "stable")];

async fn filled() -> Hub {
    let hub = Hub::new();
    hub.register("state", index(&STABLE, "[]")).await;
    hub.register("app", index(&[], "[state.publish, {id: state.read, repo: state}]")).await;
    hub.register("bot", index(&[("bot.talk", "beta")], "[{id: state.publish, repo: other}, bot.talk]")).await;
    hub
}

async fn consumers(hub: &Hub, path: &str) -> Vec<(String, Value)> {
    let page = hub.get(path).await;
    let list = page["consumers"].as_array().expect("a list");
    assert!(list.len() <= page["total"].as_u64().expect("a number") as usize, "{page}");
    list.iter().map(|one| (one["repo"].as_str().expect("text").to_owned(), one["source_repo"].clone())).collect()
}

async fn would(hub: &Hub, repo: &str, text: String) -> Value {
    let request = http::Request::post(format!("/v1/check?repo={repo}")).body(text.into()).expect("a request");
    let response = hub.send(request).await;
    serde_json::from_slice::<Value>(response.body()).expect("JSON")["would"].take()
}

#[tokio::test]
async fn a_capability_lists_who_uses_it() {
    let hub = filled().await;
    let path = "/v1/capabilities/state.publish/consumers";
    let all = [("app".to_owned(), Value::Null), ("bot".to_owned(), json!("other"))];
    assert_eq!(consumers(&hub, path).await, all);
    assert_eq!(consumers(&hub, &format!("{path}?repo=state")).await, all[..1], "bot means another repo's");
    assert_eq!(consumers(&hub, &format!("{path}?repo=other")).await, all);
    assert_eq!(consumers(&hub, "/v1/capabilities/state.read/consumers").await, [("app".to_owned(), json!("state"))]);
    let first = hub.get(&format!("{path}?limit=1")).await;
    assert_eq!((&first["total"], &first["consumers"][0]["repo"]), (&json!(2), &json!("app")));
    let next = first["next"].as_str().expect("a cursor");
    assert_eq!(consumers(&hub, &format!("{path}?limit=1&cursor={next}")).await, all[1..]);
    let (status, answer) = hub.ask(Method::GET, "/v1/capabilities/nobody.knows/consumers", Value::Null).await;
    assert_eq!((status, &answer["code"]), (StatusCode::NOT_FOUND, &json!("capability-not-found")));
    let page = hub.text("/capabilities/state.publish").await;
    assert!(page.contains("Used by") && page.contains("/repos/app") && page.contains("/repos/bot"), "{page}");
    let told = call(&hub, "list_consumers", json!({"id": "state.publish"})).await;
    assert_eq!(told["structuredContent"]["consumers"][1]["repo"], "bot", "{told}");
}

#[tokio::test]
async fn uses_come_and_go_with_what_is_published() {
    let hub = filled().await;
    let path = "/v1/capabilities/state.publish/consumers";
    hub.publish("app", index(&[], "[state.read]"));
    hub.compose().await;
    assert_eq!(consumers(&hub, path).await, [("bot".to_owned(), json!("other"))]);
    hub.publish("app", index(&[], "[state.publish, {id: state.read, repo: state}]"));
    hub.compose().await;
    assert_eq!(consumers(&hub, path).await.len(), 2, "content that was known already");
    hub.ask(Method::PATCH, "/v1/repos/app", json!({"enabled": false})).await;
    assert_eq!(consumers(&hub, path).await.len(), 1);
    hub.ask(Method::DELETE, "/v1/repos/bot", Value::Null).await;
    assert_eq!(consumers(&hub, path).await, []);
    assert_eq!(hub.get("/v1/capabilities/state.publish/consumers").await["total"], 0);
}

#[tokio::test]
async fn an_index_without_uses_has_the_same_document_and_digest_as_with_them() {
    let (plain, using) = (Hub::new(), Hub::new());
    plain.register("a", index(&STABLE, "[]").replace("uses: []\n", "")).await;
    using.register("a", index(&STABLE, "[x.y]")).await;
    let mut documents = Vec::new();
    for hub in [plain, using] {
        documents.push(hub.get("/v1/federated?format=json").await["capabilities"].take());
    }
    assert_eq!(documents[0], documents[1]);
    assert!(documents[0][0].get("uses").is_none());
}

#[tokio::test]
async fn a_check_names_who_uses_what_is_removed_or_deprecated() {
    let hub = filled().await;
    let next = index(&[("state.read", "deprecated")], "[]")
        .replace("status: deprecated", "status: deprecated, replaced_by: state.fetch");
    let answer = would(&hub, "state", next).await;
    assert_eq!(
        answer["affected"],
        json!([
            {"id": "state.publish", "how": "removed", "replaced_by": null, "total": 1, "consumers": ["app"]},
            {"id": "state.read", "how": "deprecated", "replaced_by": "state.fetch", "total": 1, "consumers": ["app"]},
        ])
    );
    let moved = index(&[STABLE[1], STABLE[0]], "[]");
    assert_eq!(would(&hub, "state", moved).await.get("affected"), None, "nothing is taken away");
    // A repo is not affected by its own change.
    assert_eq!(would(&hub, "bot", index(&[], "[]")).await.get("affected"), None);
    // Another repo publishes it too: only consumers that name this repo are affected.
    hub.register("twin", index(&STABLE, "[]")).await;
    let answer = would(&hub, "state", index(&[], "[]")).await;
    let ids: Vec<&Value> = answer["affected"].as_array().expect("a list").iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, ["state.read"]);
}

#[tokio::test]
async fn a_check_names_a_bounded_number_of_them() {
    let hub = Hub::new();
    let ids: Vec<String> = (0..130).map(|n| format!("many.n{n:03}")).collect();
    let capabilities: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "stable")).collect();
    hub.register("many", index(&capabilities, "[]")).await;
    for n in 0..25 {
        hub.register(&format!("c{n:02}"), index(&[], &format!("[{}]", ids.join(", ")))).await;
    }
    let answer = would(&hub, "many", index(&[], "[]")).await;
    let affected = answer["affected"].as_array().expect("a list");
    assert_eq!((affected.len(), &answer["affected_omitted"]), (100, &json!(30)));
    assert_eq!((&affected[0]["total"], affected[0]["consumers"].as_array().map(Vec::len)), (&json!(25), Some(20)));
}
