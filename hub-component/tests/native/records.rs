//! The record of one source: however it is damaged, it takes nothing else with it; whatever an index contains, it stays small.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use throw_away_postgres::is_on_postgres;

/// Ways in which a record cannot be read; the third is larger than a statement may return. Only SQLite allows bytes in a text column.
fn damages() -> Vec<&'static str> {
    let mut all = vec!["'no JSON'", "'{\"consecutive_failures\": \"many\"}'", "hex(zeroblob(40000000))", "7"];
    if !is_on_postgres() {
        all.push("x'00ff'");
    }
    all
}

async fn damaged(damage: &str) -> Hub {
    let hub = Hub::new();
    for repo in ["bad", "good"] {
        hub.register(repo, index(repo, 3, 0)).await;
    }
    hub.change(&format!("UPDATE source_state SET record = {damage} WHERE repo = 'bad'"));
    hub
}

#[tokio::test]
async fn one_that_cannot_be_read_takes_nothing_else_with_it_and_is_replaced() {
    for damage in damages() {
        let hub = damaged(damage).await;
        let list = hub.get("/v1/repos").await;
        assert_eq!(list["total"], 2, "{damage}");
        let status = &list["repos"][0]["status"];
        assert_eq!(
            (&status["state"], &status["reason"]),
            (&json!("stale"), &json!("record-lost")),
            "{damage}: {status}"
        );
        assert_eq!(status["capability_count"], 3, "readers keep what it contributes: {damage}");
        assert_eq!(list["repos"][1]["status"]["state"], "fresh", "{damage}");
        let (status, _, page) = hub.page("/repos", ("accept-language", "en")).await;
        assert!(status == StatusCode::OK && page.contains("the next check replaces it"), "{damage}");
        let before = hub.get("/v1/federated?format=json").await;
        hub.publish("good", index("good", 3, 1));
        let (status, report) = hub.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{damage}: {report}");
        assert_eq!(report["sources"][0]["outcome"], "unchanged", "it is due, and heals: {damage}: {report}");
        assert_eq!(hub.get("/v1/repos/bad").await["status"]["state"], "fresh", "{damage}");
        assert_eq!(hub.get("/v1/federated?format=json").await["digest"], before["digest"], "{damage}");
        assert_eq!(hub.compose().await["failed"], 0, "{damage}");
    }
}

#[tokio::test]
async fn a_registration_is_switched_off_changed_and_removed_without_it() {
    for damage in damages() {
        let hub = damaged(damage).await;
        for patch in [json!({"enabled": false}), json!({"enabled": true, "domain": "e"})] {
            hub.change(&format!("UPDATE source_state SET record = {damage} WHERE repo = 'bad'"));
            let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/bad", patch.clone()).await;
            assert_eq!(status, StatusCode::OK, "{damage} {patch}: {answer}");
            assert_eq!(answer["enabled"], patch["enabled"], "{damage}: {answer}");
        }
        hub.change(&format!("UPDATE source_state SET record = {damage} WHERE repo = 'bad'"));
        hub.statements();
        let (status, answer) = hub.ask(Method::DELETE, "/v1/repos/bad", Value::Null).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{damage}: {answer}");
        let reading = hub.statements().into_iter().find(|sql| sql.starts_with("SELECT") && sql.contains("'bad'"));
        assert_eq!(reading, None, "{damage}");
        assert_eq!(hub.get("/v1/repos").await["total"], 1, "{damage}");
    }
}

#[tokio::test]
async fn it_stays_small_whatever_an_index_contains() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    // Findings under long keys, with characters that take six bytes in JSON.
    let key = "\u{3b1}".repeat(15_000);
    let values = vec!["\"\\u0001\""; 120].join(",");
    let hostile =
        format!("{{version: 1, capabilities: [{{id: a.b, name: n, ? \"{key}\" : {{? \"{key}\" : [{values}]}}}}]}}");
    hub.publish("a", hostile);
    hub.compose().await;
    let status = hub.get("/v1/repos/a").await["status"].clone();
    assert_eq!(status["reason"], "control-character", "{}", status["message"]);
    let largest = hub.number("SELECT max(octet_length(record)) FROM source_state");
    assert!(largest <= 64 << 10, "{largest} bytes");
    assert!(status.to_string().len() < 64 << 10, "{}", status.to_string().len());
}
