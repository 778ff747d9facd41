//! Ids that several sources have: as many as there is room for are listed, and the others are counted.

use crate::ports::Hub;
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// An index with `count` ids of 200 characters.
fn index(count: usize) -> String {
    let entries: String = (0..count).map(|n| format!("- {{id: a.{n:0198}, name: n}}\n")).collect();
    format!("version: 1\ncapabilities:\n{entries}")
}

#[tokio::test]
async fn that_have_no_room_are_counted() {
    let hub = Hub::new();
    hub.register("b", index(20_000)).await;
    hub.register("a", index(19_990)).await;
    hub.register("c", index(5)).await;
    let document = hub.get("/v1/federated?format=json").await;
    let listed = document["conflicts"].as_array().expect("a list");
    assert_eq!(listed.len() as u64 + document["conflicts_omitted"].as_u64().expect("a number"), 19_990);
    assert!((16_000..19_000).contains(&listed.len()), "{}", listed.len());
    for (n, conflict) in listed.iter().enumerate() {
        let repos = if n < 5 { json!(["a", "b", "c"]) } else { json!(["a", "b"]) };
        assert_eq!(*conflict, json!({"id": format!("a.{n:0198}"), "repos": repos}));
    }
    // A client that knows only the listed ones still reads everything else.
    assert_eq!(document["capabilities"].as_array().map(Vec::len), Some(39_995));
    let text = hub.text("/v1/federated?repo=a,c").await;
    assert_eq!(text.matches("repos:").count(), 5, "{:.500}", text);
    assert!(!text.contains("conflicts_omitted"), "all among these are listed");
    let both = hub.get("/v1/federated?format=json&repo=a,b").await;
    assert_eq!(both["conflicts_omitted"], document["conflicts_omitted"]);
    assert_eq!(both["conflicts"][0]["repos"], json!(["a", "b"]));

    let (status, answer) = hub.ask(Method::DELETE, "/v1/repos/a", Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{answer}");
    let document = hub.get("/v1/federated?format=json").await;
    assert_eq!(document["conflicts"].as_array().map(Vec::len), Some(5));
    assert_eq!(document.get("conflicts_omitted"), None, "all are listed");
}
