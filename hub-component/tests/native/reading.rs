//! Reads with a clock that the test sets, and their cost: for how long the host may cache a response, dates, and statements.

use crate::ports::{Hub, index};
use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

const PATH: &str = "/v1/federated";

/// Pages whose content does not depend on the clock.
const PAGES: &[&str] = &[
    "/capabilities?q=version",
    "/capabilities/capability.a.n0",
    "/revisions",
    "/revisions/1",
    "/v1/capabilities?q=n1",
];

async fn read(hub: &Hub, path: &str, lines: &[(&str, &str)]) -> Response<Bytes> {
    let (status, headers, body) = hub.read(path, lines).await;
    let mut response = Response::new(body);
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn memo(hub: &Hub, path: &str) -> Option<i64> {
    let response = read(hub, path, &[]).await;
    assert!(response.status().is_success(), "{path}: {response:?}");
    header(&response, "reuse-surface-memo").strip_prefix("max-age=").and_then(|seconds| seconds.parse().ok())
}

#[tokio::test]
async fn the_host_may_repeat_the_document_until_a_source_is_due() {
    let hub = Hub::new();
    assert_eq!(memo(&hub, PATH).await, Some(3600), "nothing is ever due");
    hub.register("a", index("a", 3, 0)).await;
    assert_eq!(memo(&hub, PATH).await, Some(1), "in its first second an answer has no date");
    hub.pass(1);
    // Due after an hour and up to a tenth more, at the time that the registration itself states.
    let due = hub.get("/v1/repos/a").await["status"]["next_check_at"].as_str().expect("a time").to_owned();
    for path in [PATH, "/v1/federated?format=json&repo=a", "/v1/federated/manifest"] {
        assert_eq!(memo(&hub, path).await, Some(3600), "{path}, due at {due}");
    }
    hub.pass(3590);
    let left = memo(&hub, PATH).await.expect("not due yet");
    assert!((9..=9 + 360).contains(&left), "{left}");
    assert_eq!(memo(&hub, "/v1/federated?max_staleness=7200").await, None, "judged by the clock");
    assert_eq!(memo(&hub, "/v1/repos").await, Some(1), "states change with time");
    for path in ["/v1/repos/a", "/repos", "/repos/a"] {
        assert_eq!(memo(&hub, path).await, None, "{path}");
    }
    for path in PAGES {
        assert_eq!(memo(&hub, path).await, Some(left), "{path}");
    }
    let digest =
        hub.get("/v1/federated/manifest").await["sources"][0]["index_digest"].as_str().expect("one").to_owned();
    hub.pass(left);
    for path in [PATH].iter().chain(PAGES) {
        assert_eq!(memo(&hub, path).await, None, "{path}: the next reader sets off the refresh");
    }
    for path in ["/v1/federated?revision=1", "/v1/federated/revisions", "/v1/changes?since=0", "/problems"] {
        assert_eq!(memo(&hub, path).await, Some(3600), "{path}");
    }
    assert_eq!(memo(&hub, &format!("/v1/indexes/{digest}")).await, Some(3600));
}

#[tokio::test]
async fn a_date_is_sent_only_when_it_tells_revisions_apart() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let at_once = read(&hub, PATH, &[]).await;
    assert_eq!(header(&at_once, "last-modified"), "");
    hub.publish("a", index("a", 3, 1));
    hub.compose().await;
    hub.pass(1);
    let later = read(&hub, PATH, &[]).await;
    let date = header(&later, "last-modified").to_owned();
    assert!(date.ends_with(" GMT"), "{date}");
    assert_eq!(read(&hub, PATH, &[("if-modified-since", &date)]).await.status(), 304);
    // Composed in the second of that date: no client can have received the date of the one before.
    assert_eq!(read(&hub, "/v1/federated?revision=1", &[("if-modified-since", &date)]).await.status(), 304);
    hub.pass(1);
    hub.publish("a", index("a", 3, 2));
    hub.compose().await;
    assert_eq!(read(&hub, PATH, &[("if-modified-since", &date)]).await.status(), 200);
}

#[tokio::test]
async fn a_small_document_is_read_from_the_database_once() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.register("b", index("b", 3, 0)).await;
    let of_fragments = |hub: &Hub| hub.statements().iter().filter(|sql| sql.contains("fragment")).count();
    for (path, most) in [(PATH, 0), ("/v1/federated?repo=a", 1), ("/v1/federated?revision=1", 3)] {
        let first = read(&hub, path, &[]).await;
        read(&hub, path, &[("accept-encoding", "gzip")]).await;
        for lines in [&[][..], &[("accept-encoding", "gzip")], &[("if-none-match", "*")]] {
            of_fragments(&hub);
            let again = read(&hub, path, lines).await;
            let statements = of_fragments(&hub);
            let known = lines.iter().any(|(name, _)| *name == "if-none-match");
            assert_eq!(again.status(), if known { 304 } else { 200 }, "{path}");
            assert!(statements <= if known { 0 } else { most }, "{path}: {statements}");
            if lines.is_empty() {
                assert_eq!(again.body(), first.body());
            }
        }
    }
    // In another domain, so that the fragment is another one.
    hub.ask(Method::PATCH, "/v1/repos/b", json!({"domain": "elsewhere"})).await;
    hub.statements();
    read(&hub, "/v1/federated?domain=elsewhere", &[]).await;
    let read: Vec<String> = hub.statements().into_iter().filter(|sql| sql.contains("fragment_pieces")).collect();
    assert!(read.len() == 1 && read[0].ends_with("IN ($1)"), "only the fragments that are shown: {read:?}");
}

#[tokio::test]
async fn a_page_of_revisions_takes_a_fixed_number_of_statements() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    for i in 0..60 {
        hub.ask(Method::PATCH, "/v1/repos/a", json!({"domain": format!("d{i}")})).await;
    }
    hub.ask(Method::DELETE, "/v1/repos/a", Value::Null).await;
    hub.statements();
    let page = hub.get("/v1/federated/revisions?limit=50").await;
    assert_eq!(hub.statements().len(), 2);
    let revisions = page["revisions"].as_array().expect("a list");
    assert_eq!(revisions.len(), 50);
    assert_eq!(revisions[0]["changed"], json!([{"repo": "a", "op": "removed"}]));
    for revision in &revisions[1..] {
        assert_eq!(revision["changed"], json!([{"repo": "a", "op": "put"}]), "{}", revision["revision"]);
    }
    // What a revision changed was written when it was published: a statement for each piece, and no capability is compared.
    let page = hub.get("/v1/changes?since=1&limit=20").await;
    let statements = hub.statements();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(20));
    assert_eq!(statements.iter().filter(|sql| sql.starts_with("SELECT body FROM change_pieces")).count(), 20);
    assert!(statements.len() < 30 && !statements.iter().any(|sql| sql.contains("fragment_pieces")), "{statements:#?}");
}

#[tokio::test]
async fn what_cannot_be_read_in_a_header_is_no_error() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    for (name, value) in [
        ("accept", ",;=\"\\"),
        ("accept-encoding", ";;;q=\","),
        ("if-none-match", "\"\"\"\",W/"),
        ("if-modified-since", "Tue, 99 Nov 2026 99:99:99 GMT"),
    ] {
        assert_eq!(read(&hub, PATH, &[(name, value)]).await.status(), 200, "{name}: {value}");
    }
}
