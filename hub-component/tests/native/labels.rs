//! Labels of registrations, by which they are selected.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};

async fn with_labels(hub: &Hub, repo: &str, labels: Value) {
    let body = json!({"repo": repo, "url": format!("https://{repo}.example.org/i.yaml"), "domain": "d", "enabled": false, "labels": labels});
    let (status, answer) = hub.ask(Method::POST, "/v1/repos", body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
}

/// The repos with a label, and how many there are on all pages.
async fn labelled(hub: &Hub, label: &str) -> (Vec<String>, Value) {
    let page = hub.get(&format!("/v1/repos?limit=1000&label={label}")).await;
    let repos = page["repos"].as_array().expect("a list");
    (repos.iter().map(|it| it["repo"].as_str().expect("a name").to_owned()).collect(), page["total"].clone())
}

#[tokio::test]
async fn registrations_are_selected_by_a_label_as_it_is_now() {
    let hub = Hub::new();
    with_labels(&hub, "a", json!({"team": "x", "example.org/tier": ""})).await;
    with_labels(&hub, "b", json!({"team": "x"})).await;
    with_labels(&hub, "c", json!({"team": "X"})).await;
    hub.register("d", index("d", 1, 0)).await;
    assert_eq!(labelled(&hub, "team=x").await, (vec!["a".to_owned(), "b".to_owned()], json!(2)));
    assert_eq!(labelled(&hub, "example.org/tier=").await.0, ["a"]);
    assert_eq!(labelled(&hub, "team=x&domain=e").await.1, 0);
    for none in ["team=", "x=team", "team=x,", "team=%25", "nothing=1"] {
        assert_eq!(labelled(&hub, none).await.1, 0, "{none}");
    }
    for wrong in ["team", "=x", ""] {
        let (status, problem) = hub.ask(Method::GET, &format!("/v1/repos?label={wrong}"), Value::Null).await;
        assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("invalid-query")), "{wrong}");
    }
    // A patch is merged label by label (RFC 7396).
    let (_, changed) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"labels": {"team": null, "env": "prod"}})).await;
    assert_eq!(changed["labels"], json!({"env": "prod", "example.org/tier": ""}));
    assert_eq!(
        (labelled(&hub, "team=x").await.1, labelled(&hub, "env=prod").await.0),
        (json!(1), vec!["a".to_owned()])
    );
    let (_, none) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"labels": null})).await;
    assert!(none.get("labels").is_none(), "{none}");
    assert_eq!(hub.ask(Method::DELETE, "/v1/repos/b", Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(labelled(&hub, "team=x").await.1, 0);
    // The name may be registered again, without its old labels.
    with_labels(&hub, "b", json!({})).await;
    assert_eq!(hub.number("SELECT count(*) FROM labels WHERE repo <> 'c'"), 0);
}

#[tokio::test]
async fn labels_change_the_tag_and_are_in_the_events_and_no_other_field_is() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    let (_, before, _) = hub.read("/v1/repos/a", &[]).await;
    let revision = hub.get("/v1/federated?format=json").await["revision"].clone();
    let (status, _) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"labels": {"team": "x"}})).await;
    assert_eq!(status, StatusCode::OK);
    let (_, after, _) = hub.read("/v1/repos/a", &[]).await;
    assert_ne!(before["etag"], after["etag"]);
    assert_eq!(hub.get("/v1/federated?format=json").await["revision"], revision, "readers see no labels");
    let events = hub.get("/v1/events?repo=a").await;
    assert_eq!(events["events"][0]["after"]["labels"], json!({"team": "x"}), "{events}");
    let seventeen: Value = (0..17).map(|n| (format!("l{n}"), json!(""))).collect::<serde_json::Map<_, _>>().into();
    let (status, problem) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"labels": seventeen})).await;
    assert_eq!(
        (status, &problem["errors"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/labels")),
        "{problem}"
    );
}
