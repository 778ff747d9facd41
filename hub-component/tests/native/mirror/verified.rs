//! When sources were verified, as a mirror says it.

use super::{PRIMARY, follows, index, mirror, mirror_of};
use crate::eventually::eventually;
use crate::ports::Hub;
use http::{Method, StatusCode};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60;

/// What a reader of the document is told about its age, and the times of all sources that are enabled: a mirror does not know the others.
async fn ages(hub: &Hub) -> (Option<String>, StatusCode, Vec<(String, String)>) {
    let (_, headers, _) = hub.read("/v1/federated?format=json", &[]).await;
    let verified = headers.get("reuse-surface-verified").map(|at| at.to_str().expect("text").to_owned());
    let (status, _, _) = hub.read(&format!("/v1/federated?format=json&max_staleness={DAY}"), &[]).await;
    let repos = hub.get("/v1/repos?limit=1000").await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |repo: &Value| (text(&repo["repo"]), text(&repo["status"]["verified_at"]));
    let enabled = repos["repos"].as_array().expect("a list").iter().filter(|repo| repo["enabled"] == true);
    (verified, status, enabled.map(of).collect())
}

/// Refreshes one source.
async fn refresh(primary: &Hub, repo: &str) {
    let (status, answer) = primary.ask(Method::POST, &format!("/v1/repos/{repo}/refresh"), Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// A primary with a source that has not responded for three days, and one that is current; revision 2.
async fn with_a_stale_source() -> Hub {
    let primary = Hub::new();
    for repo in ["a", "b"] {
        primary.register(repo, index(&format!("capability.{repo}"))).await;
    }
    primary.sources().remove("https://a.example.org/index.yaml");
    primary.pass(3 * DAY);
    primary.compose().await;
    primary
}

#[tokio::test]
async fn a_revision_makes_no_stale_source_fresh() {
    let primary = with_a_stale_source().await;
    let mirror = mirror_of(&primary);
    mirror.pass(3 * DAY);
    follows(&mirror, 2).await;
    let stale = ages(&primary).await;
    assert_eq!(stale.1, StatusCode::SERVICE_UNAVAILABLE, "{stale:?}");
    for (revision, change) in
        [(3, json!({"domain": "x"})), (4, json!({"enabled": false})), (5, json!({"enabled": true}))]
    {
        let (status, answer) = primary.ask(Method::PATCH, "/v1/repos/a", change).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        follows(&mirror, revision).await;
        assert_eq!(ages(&mirror).await, ages(&primary).await, "revision {revision}");
    }
    assert_eq!(ages(&primary).await.0, stale.0);
}

#[tokio::test]
async fn a_mirror_that_begins_with_a_whole_revision_knows_the_stale_source() {
    let primary = with_a_stale_source().await;
    primary.register("c", index("capability.c")).await;
    primary.change("DELETE FROM revisions WHERE number < 3");
    let mirror = mirror_of(&primary);
    mirror.pass(3 * DAY);
    follows(&mirror, 3).await;
    assert_eq!(ages(&mirror).await, ages(&primary).await);
}

#[tokio::test]
async fn a_mirror_that_begins_with_several_pages_knows_all_times() {
    const REPOS: u64 = 104;
    let primary = Hub::new();
    for number in 0..REPOS {
        primary.register(&format!("r{number:03}"), index(&format!("capability.n{number}"))).await;
    }
    primary.pass(2000);
    primary.compose().await;
    primary.pass(100);
    refresh(&primary, "r000").await;
    let mirror = mirror_of(&primary);
    mirror.pass(2100);
    follows(&mirror, REPOS).await;
    assert_eq!(ages(&mirror).await, ages(&primary).await);
}

#[tokio::test]
async fn verifications_between_pages_are_not_skipped() {
    let primary = Hub::new();
    for repo in ["a", "b"] {
        primary.register(repo, index(&format!("capability.{repo}"))).await;
    }
    let mirror = mirror();
    let log =
        async |verified_after: &str| primary.get(&format!("/v1/federated/log?verified_after={verified_after}")).await;
    let mut first = log("1970-01-01T00:00:00Z").await;
    let (later, revisions) = ("2027-01-15T09:00:00Z", first["revisions"].as_array_mut().expect("revisions"));
    // The first page ends before the newest revision, and has a source that was verified an hour after the others.
    revisions.truncate(1);
    first["verified"] = json!([{"repo": "a", "at": later}]);
    let url = |since: u64, after: &str| {
        let after = after.replace(':', "%3A");
        format!("{PRIMARY}/v1/federated/log?since={since}&wait=8&verified_after={after}")
    };
    let mut second = log("1970-01-01T00:00:00Z").await;
    second["since"] = first["revisions"][0].clone();
    second["revisions"].as_array_mut().expect("revisions").remove(0);
    second["verified"] = json!([{"repo": "b", "at": "2027-01-15T08:30:00Z"}, {"repo": "a", "at": later}]);
    mirror.pass(3 * 60 * 60);
    for (since, page) in [(0, &first), (1, &second)] {
        mirror.sources().script(&url(since, "1970-01-01T00:00:00Z"), 200, &[], &page.to_string());
    }
    for digest in first["revisions"][0]["put"].as_array().into_iter().chain(second["revisions"][0]["put"].as_array()) {
        let digest = digest[0]["index_digest"].as_str().expect("a digest");
        let path = format!("/v1/indexes/{digest}");
        mirror.sources().set(&format!("{PRIMARY}{path}"), primary.text(&path).await);
    }
    follows(&mirror, 2).await;
    let expected = [("a", later), ("b", "2027-01-15T08:30:00Z")].map(|(repo, at)| (repo.to_owned(), at.to_owned()));
    assert_eq!(ages(&mirror).await.2, expected);
    // The next request begins where this page ended.
    let next = url(2, later);
    eventually(async || {
        mirror.get("/v1/federated?format=json").await;
        mirror.sources().urls().contains(&next).then_some(())
    })
    .await;
}
