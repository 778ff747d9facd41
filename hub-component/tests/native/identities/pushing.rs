//! A push names the commit: what is fetched, what is published, and how long that lasts.

use super::issuer::{SHA, github};
use super::{NOW, URL, index, token, trusting, with};
use crate::ports::Hub;
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

const OTHER: &str = "9898863c7dcd844a6fc3c70191769b8d07567f57";

fn at(commit: &str) -> String {
    format!("https://raw.githubusercontent.com/coulomb/a/{commit}/registry/index.yaml")
}

async fn push(hub: &Hub, secret: &str, body: Value) -> (StatusCode, Value) {
    hub.ask_as(secret, Method::POST, "/v1/repos/a/refresh", &body).await
}

async fn name(hub: &Hub) -> Value {
    hub.get("/v1/capabilities/capability.a").await["entries"][0]["name"].clone()
}

#[tokio::test]
async fn a_pushed_commit_is_fetched_and_shown_beside_what_is_published() {
    let hub = trusting().await;
    let secret = token(&hub, &github(NOW)).await;
    hub.sources().set(&at(SHA), index("New"));
    let (status, refreshed) = push(&hub, &secret, json!({"commit": SHA})).await;
    assert_eq!((status, &refreshed["source"]["outcome"]), (StatusCode::OK, &json!("accepted")), "{refreshed}");
    let provenance = json!({"repository": "coulomb/a", "ref": "refs/heads/main", "commit": SHA, "verified": true});
    assert_eq!(hub.get("/v1/repos/a").await["status"]["provenance"], provenance);
    let entries = hub.get("/v1/capabilities/capability.a").await;
    assert_eq!((&entries["entries"][0]["name"], &entries["provenance"]), (&json!("New"), &json!({"a": provenance})));
    let revisions = hub.get("/v1/federated/revisions").await;
    assert_eq!(revisions["revisions"][0]["actor"], "ci:github:coulomb/a@refs/heads/main");
    assert_eq!(revisions["revisions"][0]["changed"], json!([{"repo": "a", "op": "put", "provenance": provenance}]));
    assert_eq!(revisions["revisions"][1]["changed"], json!([{"repo": "a", "op": "put"}]), "the past has none");
    // Format 1 of the document stays as it is, with its digest.
    let manifest = hub.get("/v1/federated/manifest").await;
    let members: Vec<_> = manifest["sources"][0].as_object().expect("a source").keys().collect();
    assert_eq!(members, ["repo", "url", "domain", "required", "index_digest", "capability_count"]);
    assert_eq!(manifest["sources"][0]["url"], URL);
    assert_eq!(manifest["provenance"], json!({"a": provenance}));
    assert_eq!(hub.get("/v1/federated/manifest?revision=1").await.get("provenance"), None, "the past has none");
    let document = hub.get("/v1/federated?format=json").await;
    assert_eq!(document.get("provenance"), None);
    let mut asked = hub.get("/v1/federated?format=json&provenance=true").await;
    let members: Vec<_> = asked.as_object().expect("a document").keys().collect();
    assert_eq!(members[members.len() - 2..], ["provenance", "capabilities"]);
    assert_eq!(asked["provenance"], json!({"a": provenance}));
    asked.as_object_mut().expect("a document").remove("provenance");
    assert_eq!(asked, document, "everything else is the same");
    let found = hub.get("/v1/capabilities?q=new").await;
    assert_eq!((&found["total"], &found["provenance"]), (&json!(1), &json!({"a": provenance})));
    let least = hub.get("/v1/capabilities?q=new&budget_tokens=70").await;
    assert_eq!((&least["shown"], least.get("provenance")), (&json!(1), None), "what does not fit is left out");
}

#[tokio::test]
async fn a_branch_that_lags_changes_nothing_and_equal_bytes_keep_the_commit() {
    let hub = trusting().await;
    let secret = token(&hub, &github(NOW)).await;
    hub.sources().set(&at(SHA), index("New"));
    push(&hub, &secret, json!({"commit": SHA})).await;
    // The forge still serves the branch from its cache.
    for _ in 0..3 {
        hub.compose().await;
        hub.pass(60);
    }
    assert_eq!(name(&hub).await, "New");
    hub.sources().set(URL, index("New"));
    hub.pass(600);
    hub.compose().await;
    let shown = hub.get("/v1/repos/a").await;
    assert_eq!(shown["status"]["provenance"]["commit"], SHA);
    assert_eq!(hub.get("/v1/federated/manifest").await["revision"], 2, "nothing was published anew");
    // A commit that was not pushed through CI.
    hub.sources().set(URL, index("Newer"));
    hub.compose().await;
    assert_eq!(name(&hub).await, "Newer");
    assert_eq!(hub.get("/v1/repos/a").await["status"]["provenance"], Value::Null);
    assert_eq!(hub.get("/v1/capabilities/capability.a").await["provenance"], Value::Null);
}

#[tokio::test]
async fn a_commit_that_is_known_later_is_noted_without_a_new_revision() {
    let hub = trusting().await;
    hub.sources().set(URL, index("New"));
    hub.compose().await;
    let before = hub.get("/v1/federated/manifest").await;
    let plain = format!("/v1/federated?format=json&revision={}", before["revision"]);
    let document = format!("{plain}&provenance=true");
    let (_, plain, _) = hub.read(&plain, &[]).await;
    let (_, unknown, _) = hub.read(&document, &[]).await;
    assert_eq!(unknown["etag"], plain["etag"], "the same bytes as long as no commit is known");
    assert_eq!(
        (&unknown["cache-control"], unknown.get("last-modified")),
        (&HeaderValue::from_static("public, no-cache"), None)
    );
    let secret = token(&hub, &github(NOW)).await;
    hub.sources().set(&at(SHA), index("New"));
    let (_, refreshed) = push(&hub, &secret, json!({"commit": SHA})).await;
    assert_eq!((&refreshed["source"]["outcome"], &refreshed["published"]), (&json!("unchanged"), &json!(false)));
    let mut after = hub.get("/v1/federated/manifest").await;
    assert_eq!(after["provenance"].take()["a"]["commit"], SHA);
    after.as_object_mut().expect("a manifest").remove("provenance");
    assert_eq!(after, before);
    assert_eq!(hub.get("/v1/capabilities/capability.a").await["provenance"]["a"]["commit"], SHA);
    assert_eq!(hub.get("/v1/federated/revisions").await["revisions"][0]["changed"][0]["provenance"]["commit"], SHA);
    let tag = unknown["etag"].to_str().expect("a tag");
    let (status, known, body) = hub.read(&document, &[("if-none-match", tag)]).await;
    assert_eq!((status, known["etag"] == tag), (StatusCode::OK, false), "the commit is new for this reader");
    assert!(String::from_utf8_lossy(&body).contains(SHA));
    // It stays with the bytes when the registration changes around them.
    hub.ask(Method::PATCH, "/v1/repos/a", json!({"domain": "e"})).await;
    assert_eq!(hub.get("/v1/federated/revisions").await["revisions"][0]["changed"][0]["provenance"]["commit"], SHA);
}

#[tokio::test]
async fn a_job_pushes_its_own_commit_and_no_other() {
    let hub = trusting().await;
    let secret = token(&hub, &github(NOW)).await;
    hub.sources().set(&at(OTHER), index("Evil"));
    for body in [json!({"commit": OTHER}), json!({"commit": SHA, "ref": "refs/heads/other"})] {
        let (status, problem) = push(&hub, &secret, body).await;
        assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("commit-not-allowed")));
    }
    hub.ask(Method::PATCH, "/v1/repos/a", json!({"url": URL.replace("coulomb/a", "mallory/a")})).await;
    let (status, problem) = push(&hub, &secret, json!({"commit": SHA})).await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("commit-not-allowed")), "another repository");
    assert_eq!(name(&hub).await, "Old");
}

#[tokio::test]
async fn whoever_holds_a_token_may_name_a_commit_that_nobody_vouches_for() {
    let hub = trusting().await;
    hub.sources().set(&at(OTHER), index("New"));
    let (status, _) = push(&hub, "t", json!({"commit": OTHER, "ref": "refs/heads/main"})).await;
    assert_eq!(status, StatusCode::OK);
    let provenance = json!({"repository": "coulomb/a", "ref": "refs/heads/main", "commit": OTHER, "verified": false});
    assert_eq!(hub.get("/v1/repos/a").await["status"]["provenance"], provenance);
    let upper = OTHER.to_uppercase();
    for (body, status, code) in [
        (json!({"commit": "main"}), 400, "invalid-argument"),
        (json!({"commit": upper}), 400, "invalid-argument"),
        (json!({"commit": format!("{OTHER}/../x")}), 400, "invalid-argument"),
        (json!({"commit": OTHER, "ref": "x".repeat(256)}), 400, "invalid-argument"),
        (json!({"ref": "refs/heads/main"}), 400, "invalid-argument"),
        (json!({"commit": OTHER, "sha": OTHER}), 400, "invalid-argument"),
        (json!({"commit": OTHER, "ref": "refs/heads/other"}), 409, "commit-unknown"),
    ] {
        let (found, problem) = push(&hub, "t", body).await;
        assert_eq!((found.as_u16(), &problem["code"]), (status, &json!(code)));
    }
    hub.register("b", index("B")).await;
    let (status, problem) = hub.ask(Method::POST, "/v1/repos/b/refresh", json!({"commit": OTHER})).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("commit-unknown")), "no forge");
    assert_eq!(hub.ask(Method::POST, "/v1/repos/c/refresh", json!({"commit": OTHER})).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_commit_that_is_not_there_leaves_what_is_published() {
    let hub = trusting().await;
    let (status, refreshed) = push(&hub, "t", json!({"commit": OTHER})).await;
    assert_eq!((status, &refreshed["source"]["outcome"]), (StatusCode::OK, &json!("failed")));
    assert_eq!(name(&hub).await, "Old");
    hub.compose().await;
    assert_eq!(hub.get("/v1/repos/a").await["status"]["state"], "fresh");
}

#[tokio::test]
async fn a_push_that_lost_most_is_held_with_its_commit() {
    let hub = trusting().await;
    hub.sources().set(URL, crate::ports::index("a", 10, 1));
    hub.compose().await;
    let secret = token(&hub, &with(github(NOW), "jti", json!("held"))).await;
    hub.sources().set(&at(SHA), crate::ports::index("a", 2, 2));
    let (_, refreshed) = push(&hub, &secret, json!({"commit": SHA})).await;
    assert_eq!(refreshed["source"]["outcome"], "held");
    assert_eq!(hub.get("/v1/repos/a").await["status"]["provenance"], Value::Null, "of what readers get");
    let (status, _) = hub.ask_as(&secret, Method::POST, "/v1/repos/a/release", &Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(hub.get("/v1/repos/a").await["status"]["provenance"]["commit"], SHA);
    assert_eq!(hub.get("/v1/federated/revisions").await["revisions"][0]["changed"][0]["provenance"]["commit"], SHA);
}
