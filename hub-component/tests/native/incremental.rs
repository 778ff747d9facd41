//! Cost depends on what changed: counted, not timed.

use crate::ports::{Hub, index};
use federation::compose::{SourceLine, digest};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Instant;

const SOURCES: usize = 200;

fn count(statements: &[String], needle: &str) -> usize {
    statements.iter().filter(|sql| sql.contains(needle)).count()
}

#[tokio::test]
async fn one_change_of_many_parses_and_renders_one() {
    let hub = Hub::new();
    for i in 0..SOURCES {
        let repo = format!("repo-{i:04}");
        hub.register(&repo, index(&repo, 3, 0)).await;
    }
    let revision = hub.get("/v1/federated/manifest").await["revision"].clone();
    assert_eq!(revision, SOURCES);

    // Nothing changed: no body, so nothing to parse; nothing is written but that the sources were checked.
    hub.sources().bodies.store(0, Ordering::Relaxed);
    hub.sources().requests.store(0, Ordering::Relaxed);
    hub.statements();
    let began = Instant::now();
    let report = hub.compose().await;
    let (statements, took) = (hub.statements(), began.elapsed());
    assert_eq!((&report["fetched"], &report["published"]), (&SOURCES.into(), &false.into()));
    assert_eq!(hub.sources().requests.load(Ordering::Relaxed), SOURCES);
    assert_eq!(hub.sources().bodies.load(Ordering::Relaxed), 0);
    for table in ["snapshots", "fragments", "revisions", "revision_sources", "composition"] {
        assert_eq!(count(&statements, &format!("INSERT INTO {table} ")), 0, "{table}");
    }
    assert_eq!(count(&statements, "SELECT body FROM snapshots"), 0, "nothing stored was parsed");
    let written = count(&statements, "INSERT INTO source_state ");
    // After 128 sources, after 250 ms, and at the end.
    let most = 2 + took.as_millis() / 250;
    assert!(written as u128 <= most, "what was seen is written together: {written} statements in {took:?}");

    // One changed.
    hub.publish("repo-0150", index("repo-0150", 3, 1));
    let report = hub.compose().await;
    let statements = hub.statements();
    assert_eq!((&report["published"], &report["revision"]), (&true.into(), &(SOURCES + 1).into()));
    assert_eq!(hub.sources().bodies.load(Ordering::Relaxed), 1, "one index to parse");
    for table in ["snapshots", "fragments", "revisions", "revision_sources", "composition"] {
        assert_eq!(count(&statements, &format!("INSERT INTO {table} ")), 1, "{table}");
    }
    assert_eq!(count(&statements, "SELECT body FROM snapshots"), 0);
}

#[tokio::test]
async fn content_that_came_back_is_known() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.publish("a", index("a", 3, 1));
    hub.compose().await;
    hub.publish("a", index("a", 3, 0));
    hub.statements();
    let report = hub.compose().await;
    assert_eq!(report["published"], true);
    let document = hub.get("/v1/federated?format=json").await;
    assert_eq!(document["capabilities"][0]["name"], "Version 0");
    assert_eq!(document["revision"], 3);
}

/// Sources of which no hub reads all lines at once.
const LONG: usize = 5000;

fn lines(manifest: &Value) -> Vec<SourceLine> {
    serde_json::from_value(manifest["sources"].clone()).expect("lines")
}

/// A hub that published `count` sources with one capability each, `m0000` and on, of which `m0005` alone is registered.
pub async fn with_sources(count: usize) -> Hub {
    let hub = Hub::new();
    hub.register("m0005", index("m0005", 1, 0)).await;
    let one = lines(&hub.get("/v1/federated/manifest").await).remove(0);
    let all: Vec<_> = (0..count).map(|n| SourceLine { repo: format!("m{n:04}"), ..one.clone() }).collect();
    let columns = "url, domain, required, index_digest, capability_count, via";
    hub.change(&format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count} - 1)
         INSERT INTO composition (repo, {columns}) SELECT 'm' || substr(CAST(10000 + n AS TEXT), 2), {columns} FROM composition, numbers WHERE n <> 5;
         INSERT INTO revision_sources (revision, repo, {columns}) SELECT 1, repo, {columns} FROM composition WHERE repo <> 'm0005';
         UPDATE revisions SET digest = '{}', source_count = {count}, capability_count = {count}",
        digest(&all)
    ));
    hub
}

#[tokio::test]
async fn a_list_of_sources_longer_than_a_page_is_digested_whole() {
    let hub = with_sources(LONG).await;
    // Before the first line, after the last one, and between two.
    for (number, repo) in ["a", "z", "m2499x"].into_iter().enumerate() {
        hub.register(repo, index(repo, 1, 0)).await;
        let manifest = hub.get("/v1/federated/manifest").await;
        let lines = lines(&manifest);
        assert_eq!((lines.len(), &manifest["revision"]), (LONG + number + 1, &json!(number + 2)), "{repo}");
        assert_eq!(manifest["digest"], digest(&lines).as_str(), "{repo}");
    }
    // In place of a line, and without it.
    hub.publish("m0005", index("m0005", 2, 1));
    hub.compose().await;
    assert_eq!(hub.ask(Method::DELETE, "/v1/repos/z", Value::Null).await.0, StatusCode::NO_CONTENT);
    let manifest = hub.get("/v1/federated/manifest").await;
    let lines = lines(&manifest);
    assert_eq!((lines.len(), &manifest["revision"], lines[6].capability_count), (LONG + 2, &json!(6), 2));
    assert_eq!(manifest["digest"], digest(&lines).as_str());
    let counted = "SELECT source_count * 10000 + capability_count FROM revisions WHERE number = 6";
    assert_eq!(hub.number(counted), 50_025_003);
}

#[tokio::test]
async fn a_damaged_list_is_no_base_of_a_digest() {
    let hub = with_sources(LONG).await;
    hub.change("UPDATE composition SET domain = 'other' WHERE repo = 'm4999'");
    let (status, problem) = hub.ask(Method::DELETE, "/v1/repos/m0005", Value::Null).await;
    assert_eq!((status.as_u16(), &problem["code"]), (503, &json!("store-damaged")), "{problem}");
    assert_eq!(hub.number("SELECT max(number) FROM revisions"), 1);
}
