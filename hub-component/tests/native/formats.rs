//! A source may publish a file in another format, and its registration may say which.

use crate::eventually::eventually;
use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const CATALOG_INFO: &str = include_str!("../../../federation/tests/formats/catalog-info.yaml");
const AGENT_CARD: &str = include_str!("../../../federation/tests/formats/agent-card-1.json");

fn url(repo: &str) -> String {
    format!("https://{repo}.example.org/index.yaml")
}

/// Registers a file, which is fetched at once.
async fn register(hub: &Hub, repo: &str, format: &str, text: &str) -> (StatusCode, Value) {
    hub.sources().set(&url(repo), text.to_owned());
    let body = json!({"repo": repo, "url": url(repo), "domain": "tools", "format": format});
    hub.ask(Method::POST, "/v1/repos?require_valid=true", body).await
}

async fn ids(hub: &Hub) -> Vec<Value> {
    let document = hub.get("/v1/federated?format=json").await;
    document["capabilities"].as_array().expect("a list").iter().map(|entry| entry["id"].clone()).collect()
}

#[tokio::test]
async fn a_registered_catalogue_is_published_as_its_entities() {
    let hub = Hub::new();
    let (status, answer) = register(&hub, "catalogue", "catalog-info", CATALOG_INFO).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    assert_eq!((&answer["format"], &answer["status"]["capability_count"]), (&json!("catalog-info"), &json!(5)));
    assert_eq!(ids(&hub).await[..2], ["component.default.artist-web", "api.music.artist_api-v1"]);
    assert!(hub.text("/repos/catalogue").await.contains("<dt>Format</dt><dd>catalog-info</dd>"));
    // The file itself is stored, and its entries can be produced from it again.
    let document = hub.get("/v1/federated?format=json").await;
    hub.change("DELETE FROM fragment_pieces");
    hub.change("DELETE FROM fragments");
    assert_eq!(hub.beside(0).get("/v1/federated?format=json").await, document);
}

#[tokio::test]
async fn the_skills_of_a_card_are_found_where_agents_look() {
    let hub = Hub::new();
    assert_eq!(register(&hub, "routes", "agent-card", AGENT_CARD).await.0, StatusCode::CREATED);
    let body = json!({"query": {
        "text": "which way avoids the traffic", "filter": {"type": ["application/a2a-agent-card+json"]},
    }});
    let (status, answer) = hub.ask(Method::POST, "/search", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let found = &answer["results"][0];
    assert_eq!(found["url"], "https://routes.example.org:8443/.well-known/agent-card.json", "{answer}");
    assert_eq!(found["capabilities"], json!(["agent.geospatial-route-planner.route-optimizer-traffic"]), "{answer}");
}

#[tokio::test]
async fn without_a_format_the_file_decides_and_another_format_is_refused() {
    let hub = Hub::new();
    hub.register("a", AGENT_CARD.to_owned()).await;
    assert_eq!(hub.get("/v1/repos/a").await["format"], "auto");
    assert_eq!(ids(&hub).await.len(), 2);
    let (status, answer) = register(&hub, "b", "publiccode", AGENT_CARD).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
    assert!(answer.to_string().contains("other-format"), "{answer}");
    let (status, answer) = register(&hub, "c", "toml", AGENT_CARD).await;
    assert_eq!((status, &answer["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/format")));
    assert_eq!(answer["errors"][0]["code"], "schema-enum", "{answer}");
}

#[tokio::test]
async fn the_same_bytes_are_judged_again_when_the_format_changes() {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    let document = hub.get("/v1/federated?format=json").await;
    let bodies = || hub.sources().bodies.load(std::sync::atomic::Ordering::Relaxed);
    for (format, reason, state) in [
        (json!("agent-card"), json!("other-format"), "stale"),
        (json!("index"), Value::Null, "fresh"),
        (json!("codemeta"), json!("other-format"), "stale"),
        // The default is `auto`.
        (Value::Null, Value::Null, "fresh"),
    ] {
        let before = bodies();
        let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"format": format})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        hub.settle().await;
        let repo = hub.get("/v1/repos/a").await;
        assert_eq!((&repo["status"]["reason"], &repo["status"]["state"]), (&reason, &json!(state)), "{repo}");
        assert_eq!(bodies(), before + 1, "fetched without conditions: {format}");
        // Once it was validated in this format, the next check is conditional and changes nothing.
        hub.pass(100_000);
        hub.compose().await;
        let repo = hub.get("/v1/repos/a").await;
        assert_eq!((&repo["status"]["reason"], bodies()), (&reason, before + 1), "{repo}");
        // Readers keep what was accepted, to the byte.
        assert_eq!(hub.get("/v1/federated?format=json").await, document);
    }
    assert_eq!(hub.get("/v1/repos/a").await["format"], "auto");
}

#[tokio::test]
async fn a_required_source_gets_another_format_only_if_it_has_it() {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"required": true})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"format": "codemeta"})).await;
    assert_eq!((status, &answer["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("required-unverified")));
    assert_eq!(hub.get("/v1/repos/a").await["format"], "auto");
    assert_eq!(hub.ask(Method::PATCH, "/v1/repos/a", json!({"format": "index"})).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_verdict_for_the_format_before_is_dropped() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    hub.publish("a", index("a", 1, 1));
    hub.sources().hang("a.example.org");
    let asked = hub.sources().asked();
    let (answer, ()) = tokio::join!(hub.ask(Method::POST, "/v1/repos/a/refresh", Value::Null), async {
        eventually(async || (hub.sources().asked() > asked).then_some(())).await;
        let patch = json!({"format": "codemeta"});
        let (status, answer) = hub.ask_without_settling("t", Method::PATCH, "/v1/repos/a", &patch).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        hub.sources().recover();
    });
    assert_eq!(answer.1["source"]["outcome"], "superseded", "{}", answer.1);
}

#[tokio::test]
async fn a_check_may_say_the_format() {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    let check = async |query: &str, body: &str| {
        let request = http::Request::post(format!("/v1/check?{query}")).body(body.to_owned().into());
        let response = hub.send(request.expect("a request")).await;
        (response.status(), serde_json::from_slice::<Value>(response.body()).unwrap_or_default())
    };
    let (status, verdict) = check("repo=a&source_format=agent-card", AGENT_CARD).await;
    assert_eq!((status, &verdict["valid"], &verdict["capability_count"]), (StatusCode::OK, &json!(true), &json!(2)));
    let (_, verdict) = check("repo=a&source_format=index", AGENT_CARD).await;
    assert_eq!((&verdict["valid"], &verdict["reason"]), (&json!(false), &json!("other-format")), "{verdict}");
    // Without it, the format of the registration counts.
    assert_eq!(hub.ask(Method::PATCH, "/v1/repos/a", json!({"format": "index"})).await.0, StatusCode::OK);
    assert_eq!(check("repo=a", AGENT_CARD).await.1["reason"], "other-format");
    assert_eq!(check("repo=b", AGENT_CARD).await.1["valid"], true);
    let (status, problem) = check("repo=a&source_format=toml", AGENT_CARD).await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("invalid-query")), "{problem}");
    let body = json!({"url": url("a")});
    let (_, verdict) = hub.ask(Method::POST, "/v1/check?source_format=codemeta", body).await;
    assert_eq!(verdict["reason"], "other-format", "{verdict}");
}
