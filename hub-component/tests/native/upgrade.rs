//! A database of the first version survives every step of the schema since.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::json;
use std::path::Path;

const FIRST_SCHEMA: &str = include_str!("search/first_schema.sql");

#[tokio::test]
async fn a_database_of_the_first_version_goes_on() {
    let hub = Hub::over(FIRST_SCHEMA);
    let document = hub.get("/v1/federated?format=json").await;
    let ids: Vec<_> = document["capabilities"].as_array().expect("a list").iter().map(|it| it["id"].clone()).collect();
    assert_eq!(ids, ["capability.a.n0", "capability.a.n1", "capability.b.n0"]);
    let newest = document["revision"].as_u64().expect("a number");
    assert_eq!(
        hub.get("/v1/repos?q=sources.example&state=stale").await["total"],
        2,
        "{:?}",
        hub.get("/v1/repos").await
    );
    assert_eq!(hub.get("/v1/changes?since=0").await["until"], newest);
    for number in 1..=newest {
        let path = format!("/v1/federated?format=json&revision={number}");
        assert_eq!(hub.ask(Method::GET, &path, json!(null)).await.0, StatusCode::OK, "{number}");
    }
    // A registration from before has the default format.
    assert_eq!(hub.get("/v1/repos/a").await["format"], "auto");
    // Every step was run once, and what the steps add can be used.
    assert_eq!(hub.number("SELECT max(version) - count(*) FROM migrations"), 0);
    hub.register("c", index("c", 1, 0)).await;
    let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"domain": "e"})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(hub.get("/v1/federated?format=json").await["revision"], newest + 2);
    let again = json!({"repo": "d", "url": "http://SOURCES.example.org:80/b", "domain": "d", "enabled": false});
    let (_, answer) = hub.ask(Method::POST, "/v1/repos", again).await;
    assert!(answer["warnings"][0]["message"].as_str().is_some_and(|message| message.contains("`b`")), "{answer}");
    assert_eq!(hub.ask(Method::DELETE, "/v1/repos/b", json!(null)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(hub.get("/health").await["status"], "ok");
    assert_eq!(hub.number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

#[tokio::test]
async fn a_new_database_is_left_for_earlier_programs() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let hub = Hub::over("SELECT 1");
    assert_eq!(hub.get("/health").await["status"], "ok");
    // They count from the time of this hub, which is not that of theirs.
    hub.change("DELETE FROM leases");
    // Several runs of the tests may write it at once.
    let written = folder.join(format!("new-{}.db", std::process::id()));
    hub.change(&format!("VACUUM INTO '{}'", written.display()));
    std::fs::rename(written, folder.join("new.db")).expect("renamed");
}

/// A hub on a database to which a newer program has applied these steps, each of which says from which version on the result can be read.
async fn on_a_newer_schema(steps: &[(&str, &str)]) -> Hub {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    for (statements, readable_from) in steps {
        hub.change(&format!(
            "{statements}; INSERT INTO migrations (version, applied_at, readable_from)
             SELECT max(version) + 1, '2027-01-01T00:00:00Z', {readable_from} FROM migrations"
        ));
    }
    hub.beside(0)
}

const COLUMN: &str = "ALTER TABLE registrations ADD COLUMN colour TEXT NOT NULL DEFAULT ''";
const TABLE: &str = "CREATE TABLE colours (repo TEXT PRIMARY KEY NOT NULL, colour TEXT NOT NULL)";
const AS_BEFORE: &str = "max(readable_from)";

#[tokio::test]
async fn a_newer_schema_that_only_has_more_is_read_and_written() {
    let hub = on_a_newer_schema(&[(COLUMN, AS_BEFORE), (TABLE, AS_BEFORE)]).await;
    let applied = hub.number("SELECT count(*) FROM migrations");
    assert_eq!(hub.get("/health").await["status"], "ok");
    assert_eq!(hub.get("/v1/federated?format=json").await["capabilities"][1]["id"], "capability.a.n1");
    hub.register("b", index("b", 1, 0)).await;
    let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/a", json!({"domain": "e"})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(hub.ask(Method::DELETE, "/v1/repos/b", json!(null)).await.0, StatusCode::NO_CONTENT);
    hub.compose().await;
    assert_eq!(hub.number("SELECT count(*) FROM migrations"), applied, "nothing was migrated");
    assert_eq!(hub.number("SELECT count(*) FROM migrations WHERE readable_from = 0"), 0, "every step has said it");
}

#[tokio::test]
async fn a_newer_schema_that_has_less_is_refused() {
    let less = ("ALTER TABLE registrations DROP COLUMN words", "max(version) + 1");
    for steps in [vec![less], vec![less, (TABLE, AS_BEFORE)], vec![(COLUMN, AS_BEFORE), less]] {
        let hub = on_a_newer_schema(&steps).await;
        for (method, body) in [(Method::GET, json!(null)), (Method::PATCH, json!({"description": "new"}))] {
            let (status, answer) = hub.ask(method, "/v1/repos/a", body).await;
            assert_eq!((status.as_u16(), &answer["code"]), (503, &json!("store-unavailable")), "{answer}");
            let detail = "The database was written by a newer version of the hub; the operator must run that version.";
            assert_eq!(answer["detail"], detail);
        }
        assert_eq!(hub.number("SELECT count(*) FROM registrations WHERE description <> ''"), 0);
    }
}
