//! Damage to stored data: a fragment is rendered again from its snapshot and replaced; what cannot be produced again is not served.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// Created by a hub of the first version, so that the upgrade computed the digests of what it stored.
const FIRST_SCHEMA: &str = include_str!("search/first_schema.sql");

const DOCUMENTS: [&str; 5] = [
    "/v1/federated?format=json",
    "/v1/federated?format=yaml",
    "/v1/federated?format=json&repo=a",
    "/v1/federated?format=json&revision=1",
    "/v1/federated?format=yaml&revision=1",
];
const OTHERS: [&str; 2] = ["/v1/changes?since=0", "/revisions/3"];

const MENDED: &str = "SELECT coalesce(sum(count), 0) FROM counters WHERE name = 'fragments_mended'";

async fn damaged(change: &str) -> Hub {
    let hub = Hub::over(FIRST_SCHEMA);
    assert_eq!(hub.get("/health").await["status"], "ok");
    hub.change(change);
    hub
}

async fn refusal(hub: &Hub, method: Method, path: &str, body: Value) -> String {
    let (status, problem) = hub.ask(method, path, body).await;
    format!("{} {}", status.as_u16(), problem["code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn a_damaged_fragment_is_rendered_anew_and_replaced() {
    let whole = Hub::over(FIRST_SCHEMA);
    for damage in [
        "UPDATE fragment_pieces SET body = CAST(replace(CAST(body AS TEXT), 'Version', 'Versioo') AS BLOB)",
        "UPDATE fragment_pieces SET body = x'00'",
        "UPDATE fragment_pieces SET body = 'text' WHERE piece % 3 = 0",
        "UPDATE fragments SET ids = replace(ids, 'n1', 'n2') WHERE repo = 'a'",
        "UPDATE fragments SET layout = replace(layout, '1', '2') WHERE repo = 'a'",
        "UPDATE fragments SET layout = 7, ids = x'ff'",
        "UPDATE fragments SET layout_digest = replace(layout_digest, 'a', 'b'), ids_digest = ''",
        "UPDATE fragments SET repo = 'c' WHERE repo = 'a'",
        "UPDATE change_pieces SET body = x'00'",
        "DELETE FROM fragment_pieces",
        "DELETE FROM fragments",
    ] {
        for path in DOCUMENTS.into_iter().chain(OTHERS) {
            if damage.contains("change_pieces") && path.starts_with("/revisions/") {
                continue; // The page has their number, which is whole.
            }
            let hub = damaged(damage).await;
            assert_eq!(hub.text(path).await, whole.text(path).await, "{path}: {damage}");
        }
        let hub = damaged(damage).await;
        for path in DOCUMENTS {
            hub.text(path).await;
        }
        let mended = hub.number(MENDED);
        let line = format!("\nreuse_surface_fragments_mended_total {mended}\n");
        assert!(hub.text("/metrics").await.contains(&line), "{damage}");
        if !damage.contains("ids = replace") && !damage.contains("change_pieces") {
            assert!((1..=6).contains(&mended), "{mended}: {damage}");
            for path in DOCUMENTS {
                hub.text(path).await;
            }
            let again = hub.number(MENDED);
            assert_eq!(again, mended, "what was mended is whole: {damage}");
        }
    }
    let line = "\nreuse_surface_fragments_mended_total 0\n";
    assert!(whole.text("/metrics").await.contains(line), "of what is whole, nothing is rendered anew");
}

#[tokio::test]
async fn what_is_published_anew_is_whole() {
    let damage = "UPDATE fragments SET domain = 'e'; UPDATE fragment_pieces SET body = CAST(replace(CAST(body AS TEXT), 'Version', 'Versioo') AS BLOB)";
    let hub = damaged(damage).await;
    let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"domain": "e"})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let document = hub.get("/v1/federated?format=json").await;
    assert_eq!(document["capabilities"][0]["name"], "Version 1", "{document}");
}

#[tokio::test]
async fn sources_that_do_not_match_their_digest_are_neither_served_nor_published() {
    let hub = damaged("UPDATE composition SET url = 'https://sources.example.org/c' WHERE repo = 'a'").await;
    for path in &DOCUMENTS[..3] {
        assert_eq!(refusal(&hub, Method::GET, path, Value::Null).await, "503 store-damaged", "{path}");
    }
    let patch = json!({"domain": "e"});
    assert_eq!(refusal(&hub, Method::PATCH, "/v1/repos/b", patch).await, "503 store-damaged");
    assert_eq!(hub.get("/v1/repos/b").await["domain"], "d", "nothing was written");
    assert_eq!(hub.number("SELECT max(number) FROM revisions"), 3);

    let hub = damaged("UPDATE revision_sources SET capability_count = 3 WHERE revision = 1").await;
    for path in ["/v1/federated?format=json&revision=2", "/v1/federated/manifest?revision=1"] {
        assert_eq!(refusal(&hub, Method::GET, path, Value::Null).await, "503 store-damaged", "{path}");
    }
    assert_eq!(refusal(&hub, Method::GET, DOCUMENTS[0], Value::Null).await, "200 ");
}

#[tokio::test]
async fn a_snapshot_with_other_bytes_is_not_served() {
    let other = "UPDATE snapshots SET body = (SELECT body FROM snapshots WHERE capability_count = 1)";
    let hub = damaged(other).await;
    let sources = hub.get("/v1/federated/manifest").await["sources"].clone();
    let path = format!("/v1/indexes/{}", sources[0]["index_digest"].as_str().expect("a digest"));
    assert_eq!(refusal(&hub, Method::GET, &path, Value::Null).await, "503 store-damaged");
    assert_eq!(refusal(&hub, Method::GET, DOCUMENTS[0], Value::Null).await, "200 ", "the fragment is whole");
    let hub = damaged(&format!("{other}; DELETE FROM fragments")).await;
    for path in DOCUMENTS {
        assert_eq!(refusal(&hub, Method::GET, path, Value::Null).await, "503 store-damaged", "{path}");
    }
    // A new index is enough to recover.
    hub.sources().set("https://sources.example.org/a", index("a", 3, 7));
    hub.compose().await;
    assert_eq!(refusal(&hub, Method::GET, "/v1/federated?repo=a&format=json", Value::Null).await, "200 ");
}
