//! Cost depends on what changed: counted, not timed.

use crate::ports::{Hub, index};
use std::sync::atomic::Ordering;

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
    let report = hub.compose().await;
    let statements = hub.statements();
    assert_eq!((&report["fetched"], &report["published"]), (&SOURCES.into(), &false.into()));
    assert_eq!(hub.sources().requests.load(Ordering::Relaxed), SOURCES);
    assert_eq!(hub.sources().bodies.load(Ordering::Relaxed), 0);
    for table in ["snapshots", "fragments", "revisions", "revision_sources", "composition"] {
        assert_eq!(count(&statements, &format!("INSERT INTO {table} ")), 0, "{table}");
    }
    assert_eq!(count(&statements, "SELECT body FROM snapshots"), 0, "nothing stored was parsed");
    let written = count(&statements, "INSERT INTO source_state ");
    assert!(written < SOURCES / 4, "what was seen is written together: {written} statements");

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
