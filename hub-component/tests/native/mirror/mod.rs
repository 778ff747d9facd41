//! A mirror and its primary, one process, two databases.

mod chain;
mod hostile;
mod verified;

use crate::eventually::eventually;
use crate::incremental::with_sources;
use crate::ports::Hub;
use http::{Method, StatusCode};
use hub_component::hub::{Host, Setting};
use serde_json::{Value, json};

const PRIMARY: &str = "https://primary.example.org";

fn index(id: &str) -> String {
    format!("version: 1\ncapabilities:\n- {{id: {id}, name: Name of {id}}}\n")
}

/// A mirror of the hub that answers at [`PRIMARY`].
fn mirror_of(primary: &Hub) -> Hub {
    let mirror = mirror();
    mirror.sources().is_hub("primary.example.org", primary);
    mirror
}

fn mirror() -> Hub {
    let public_url = "https://mirror.example.org".to_owned();
    Hub::new().at(Setting { public_url, host: Host::Serve, primary: format!("{PRIMARY}/"), ..Setting::default() })
}

/// Reads until the mirror has this revision.
async fn follows(mirror: &Hub, revision: u64) {
    let path = format!("/v1/federated?min_revision={revision}");
    eventually(async || (mirror.read(&path, &[]).await.0 == StatusCode::OK).then_some(())).await;
}

/// Waits until the mirror says why it cannot follow.
async fn fault(mirror: &Hub) -> String {
    eventually(async || {
        mirror.get("/v1/federated?format=json").await;
        let health = mirror.get("/health").await;
        let detail = health["detail"].as_str().and_then(|detail| detail.split_once(" yet: ")).map(|(_, fault)| fault);
        health["mirror"]["fault"].as_str().or(detail).map(str::to_owned)
    })
    .await
}

/// Compares what readers of both see: documents in each form, manifests and entries.
async fn looks_like(mirror: &Hub, primary: &Hub, revisions: &[u64]) {
    let mut paths: Vec<String> = ["/v1/federated", "/v1/federated?format=json", "/v1/federated?domain=d&format=json"]
        .iter()
        .map(ToString::to_string)
        .collect();
    paths.extend(["/v1/federated/manifest", "/v1/federated/revisions", "/v1/capabilities?q=name"].map(str::to_owned));
    paths.extend(revisions.iter().map(|number| format!("/v1/federated?revision={number}")));
    for path in paths {
        let of = async |hub: &Hub| {
            let (status, headers, body) = hub.read(&path, &[("accept-encoding", "identity")]).await;
            (status, headers.get("etag").cloned(), headers.get("reuse-surface-verified").cloned(), body)
        };
        assert_eq!(of(mirror).await, of(primary).await, "{path}");
    }
}

#[tokio::test]
async fn a_mirror_publishes_the_same_bytes_under_the_same_numbers() {
    let primary = Hub::new();
    primary.register("a", index("capability.a")).await;
    primary.register("b", index("capability.b")).await;
    let mirror = mirror_of(&primary);
    follows(&mirror, 2).await;
    looks_like(&mirror, &primary, &[1, 2]).await;
    // Changes, a removal, another domain.
    primary.pass(100);
    mirror.pass(100);
    primary.sources().set("https://a.example.org/index.yaml", index("capability.c"));
    primary.compose().await;
    primary.ask(Method::DELETE, "/v1/repos/b", Value::Null).await;
    primary.register("z", index("capability.z")).await;
    follows(&mirror, 5).await;
    looks_like(&mirror, &primary, &[1, 2, 3, 4, 5]).await;
    let health = mirror.get("/health").await;
    assert_eq!((&health["mirror"]["of"], &health["mirror"]["fault"]), (&json!(PRIMARY), &Value::Null));
    assert_eq!(mirror.get("/v1/repos?domain=d").await["total"], 2);
}

#[tokio::test]
async fn a_mirror_says_when_its_primary_last_had_nothing_newer() {
    let primary = Hub::new();
    primary.register("a", index("capability.a")).await;
    let mirror = mirror_of(&primary);
    follows(&mirror, 1).await;
    let mirrored = async |hub: &Hub, path: &str| {
        let (_, headers, _) = hub.read(path, &[]).await;
        headers.get("reuse-surface-mirrored").map(|at| at.to_str().expect("text").to_owned())
    };
    let first = eventually(async || mirrored(&mirror, "/v1/federated").await).await;
    for hub in [&primary, &mirror] {
        hub.pass(100);
    }
    let next = eventually(async || mirrored(&mirror, "/v1/federated").await.filter(|at| *at > first)).await;
    mirror.sources().is_gone("primary.example.org");
    mirror.pass(100);
    fault(&mirror).await;
    for path in ["/v1/federated", "/v1/federated?format=json", "/v1/federated/manifest"] {
        assert_eq!(mirrored(&mirror, path).await.as_ref(), Some(&next), "{path}");
        assert_eq!(mirrored(&primary, path).await, None, "{path}");
    }
    assert_eq!(mirrored(&mirror, "/v1/federated/manifest?revision=1").await, None, "it never changes");
}

#[tokio::test]
async fn what_is_pruned_at_the_primary_is_begun_with_the_oldest_revision_that_it_keeps() {
    let primary = Hub::new();
    for (repo, id) in [("a", "capability.a"), ("b", "capability.b"), ("c", "capability.c")] {
        primary.register(repo, index(id)).await;
    }
    primary.change("DELETE FROM revisions WHERE number = 1");
    let mirror = mirror_of(&primary);
    follows(&mirror, 3).await;
    for path in ["/v1/federated?revision=2", "/v1/federated?revision=3"] {
        assert_eq!(mirror.read(path, &[]).await.2, primary.read(path, &[]).await.2);
    }
    let log = primary.get("/v1/federated/log").await;
    assert_eq!((&log["revisions"][0]["whole"], &log["revisions"][1]["whole"]), (&json!(true), &json!(false)), "{log}");
}

#[tokio::test]
async fn a_mirror_refuses_writes_and_names_its_primary() {
    let mirror = mirror_of(&Hub::new());
    for (method, path) in [
        (Method::POST, "/v1/repos"),
        (Method::DELETE, "/v1/repos/a"),
        (Method::POST, "/v1/federated/compose"),
        (Method::POST, "/v1/hooks/gitea"),
        (Method::POST, "/v1/tokens/exchange"),
    ] {
        let (status, problem) = mirror.ask(method, path, json!({})).await;
        assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("mirror")), "{path}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(PRIMARY)), "{problem}");
    }
    // Afterwards it follows its primary, without an end.
    let (status, _) = mirror.ask_without_settling("t", Method::POST, "/search", &json!({"query": {"text": "x"}})).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_reader_that_asks_for_more_than_is_here_is_told() {
    let hub = Hub::new();
    hub.register("a", index("capability.a")).await;
    assert_eq!(hub.read("/v1/federated?min_revision=1", &[]).await.0, StatusCode::OK);
    for path in ["/v1/federated?min_revision=2", "/v1/federated/manifest?min_revision=2"] {
        let (status, headers, _) = hub.read(path, &[]).await;
        assert_eq!((status, headers["retry-after"].as_bytes()), (StatusCode::SERVICE_UNAVAILABLE, &b"1"[..]), "{path}");
    }
}

#[tokio::test]
async fn the_log_costs_what_changed() {
    let cost = async |sources: usize| {
        let hub = with_sources(sources).await;
        hub.publish("m0005", index("capability.changed"));
        hub.ask(Method::POST, "/v1/repos/m0005/refresh", Value::Null).await;
        hub.statements();
        hub.largest_result();
        let (_, _, body) = hub.read("/v1/federated/log?since=1", &[]).await;
        (hub.statements().len(), hub.largest_result(), body.len())
    };
    let (few, many) = (cost(10).await, cost(1000).await);
    assert_eq!(few.0, many.0);
    assert!(many.1 <= 2 * few.1 && many.2 <= 2 * few.2, "{few:?} {many:?}");
}

#[tokio::test]
async fn waiting_ends_with_a_new_revision_and_is_bounded() {
    let hub = Hub::new();
    hub.register("a", index("capability.a")).await;
    let waiting = async { hub.get("/v1/federated/log?since=1&wait=20").await };
    let publishing = hub.register("b", index("capability.b"));
    let (log, ()) = tokio::join!(waiting, publishing);
    assert_eq!((&log["since"]["revision"], &log["revisions"][0]["revision"]), (&json!(1), &json!(2)), "{log}");
    let (status, _, _) = hub.read("/v1/federated/log?since=1&wait=21", &[]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_revision_may_name_more_sources_than_a_statement_has_parameters() {
    let hub = Hub::new();
    hub.register("a", index("capability.a")).await;
    let mut repos: Vec<String> = (0..70_000).map(|number| format!("r{number}")).collect();
    repos.push("a".to_owned());
    let repos: Vec<&str> = repos.iter().map(String::as_str).collect();
    assert_eq!(hub.published(&repos).await, 1);
}
