//! Documents and changes that are sent in pieces: their bytes, their lengths, and how much of them is in memory at once.

use crate::ports::{Hub, index};
use axum::body::Body;
use federation::compose::pieces::MAX_PIECE_BYTES;
use federation::compose::{Document, Filter, Format, Fragment, SourceLine, conflicts, digest};
use federation::digest::Digest;
use federation::limits::MAX_PAGE_BYTES;
use flate2::bufread::GzDecoder;
use futures::future::join_all;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read as _;
use tower::ServiceExt as _;

/// An index of some megabytes.
fn large(repo: &str, version: usize) -> String {
    let entry = |i: usize| json!({"id": format!("capability.{repo}.n{i}"), "name": format!("Version {version}"), "é": "öß".repeat(300 + i % 7)});
    json!({"version": 1, "capabilities": (0..1500).map(entry).collect::<Vec<_>>()}).to_string()
}

/// The expected newest revision, composed from the indexes themselves.
fn expected(revision: u64, composed_at: i64, sources: &[(&str, &str, &str)], filter: Filter, format: Format) -> String {
    let (mut lines, mut fragments) = (Vec::new(), Vec::new());
    for (repo, domain, text) in sources {
        let checked = federation::index::check(text.as_bytes()).index.expect("valid");
        let line = SourceLine {
            repo: (*repo).to_owned(),
            url: format!("https://{repo}.example.org/index.yaml"),
            domain: (*domain).to_owned(),
            required: false,
            index_digest: Digest::of(text.as_bytes()),
            capability_count: checked.capabilities.len(),
            via: Vec::new(),
        };
        if filter.takes(&line) {
            lines.push(line);
            fragments.push(Fragment::render(repo, domain, &checked).expect("rendered"));
        }
    }
    let ids = lines.iter().zip(&fragments).map(|(line, it)| (line.repo.as_str(), it.ids.iter().map(String::as_str)));
    let document = Document {
        revision,
        digest: digest(&lines),
        composed_at: Some(composed_at),
        provenance: BTreeMap::new(),
        conflicts: conflicts(ids),
        filter,
        sources: lines,
    };
    let texts = fragments.iter().map(|it| if format == Format::Json { it.json.as_str() } else { it.yaml.as_str() });
    document.render(format, texts).expect("written")
}

fn unpacked(gzip: &[u8]) -> String {
    let (mut text, mut decoder) = (String::new(), GzDecoder::new(gzip));
    decoder.read_to_string(&mut text).expect("one gzip member");
    assert!(decoder.into_inner().is_empty(), "nothing behind it");
    text
}

#[tokio::test]
async fn every_form_has_the_bytes_and_the_length_of_the_whole() {
    let hub = Hub::new();
    let (a, b, empty, small) = (large("a", 0), large("b", 0), index("c", 0, 0), index("d", 3, 0));
    // An id that two of them have.
    let b = b.replace("capability.b.n7\"", "capability.a.n7\"");
    for (repo, text) in [("a", &a), ("b", &b), ("c", &empty), ("d", &small)] {
        hub.register(repo, text.clone()).await;
    }
    let composed_at = 1_800_000_000;
    let sources = [("a", "d", a.as_str()), ("b", "d", &b), ("c", "d", &empty), ("d", "d", &small)];
    for format in [Format::Json, Format::Yaml] {
        for (query, filter) in [
            ("", Filter::default()),
            ("&repo=b,d", Filter::parse(None, Some("b,d")).expect("names")),
            ("&repo=a,b&domain=d", Filter::parse(Some("d"), Some("a,b")).expect("names")),
            ("&repo=c", Filter::parse(None, Some("c")).expect("names")),
        ] {
            let whole = expected(4, composed_at, &sources, filter, format);
            for revision in ["", "&revision=4"] {
                let path = format!("/v1/federated?format={}{query}{revision}", format.as_str());
                let (status, headers, body) = hub.read(&path, &[]).await;
                assert_eq!(status, StatusCode::OK, "{path}");
                assert!(body == whole.as_bytes(), "{path}: {} bytes for {}", body.len(), whole.len());
                assert_eq!(headers["content-length"], body.len().to_string(), "{path}");
                let (_, packed, gzip) = hub.read(&path, &[("accept-encoding", "gzip")]).await;
                assert!(unpacked(&gzip) == whole, "{path}");
                assert_eq!(packed["content-length"], gzip.len().to_string(), "{path}");
                assert_ne!(packed["etag"], headers["etag"], "{path}");
                let head = Request::head(&path).body(Body::empty()).expect("a request");
                let head = hub.send(head).await;
                assert_eq!(head.headers()["content-length"], headers["content-length"], "{path}");
                let known = headers["etag"].to_str().expect("text").to_owned();
                assert_eq!(hub.read(&path, &[("if-none-match", &known)]).await.0, StatusCode::NOT_MODIFIED, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn a_document_is_in_memory_piece_by_piece() {
    let hub = Hub::new();
    for repo in ["a", "b", "c"] {
        hub.register(repo, large(repo, 0)).await;
    }
    for i in 0..200 {
        hub.register(&format!("s{i:03}"), index(&format!("s{i:03}"), 20, 0)).await;
    }
    let path = "/v1/federated?format=json";
    hub.read(path, &[]).await;
    hub.statements();
    let mut body = stream(&hub, path).await;
    let (mut length, mut frames) = (0, 0);
    while let Some(frame) = body.frame().await {
        let data = frame.expect("a frame").into_data().expect("data");
        assert!(data.len() <= 2 * MAX_PIECE_BYTES, "{}", data.len());
        (length, frames) = (length + data.len(), frames + 1);
    }
    let statements = hub.statements().iter().filter(|sql| sql.contains("fragment_pieces")).count();
    assert!(length > 8 * MAX_PIECE_BYTES && frames > 8);
    // Small fragments are read together: a statement for each piece's worth of bytes.
    assert!(statements <= 3 * length / MAX_PIECE_BYTES + 4, "{statements} statements for {length} bytes");
}

#[tokio::test]
async fn a_revision_is_read_once_however_many_ask_for_it_at_once() {
    let hub = Hub::new();
    hub.register("a", large("a", 0)).await;
    hub.register("b", large("b", 0)).await;
    hub.give_way();
    for path in ["/v1/federated?format=json", "/v1/federated?revision=1"] {
        hub.statements();
        for (status, ..) in join_all((0..10).map(|_| hub.read(path, &[]))).await {
            assert_eq!(status, StatusCode::OK, "{path}");
        }
        let read = hub.statements().iter().filter(|sql| sql.contains("LEFT JOIN fragments")).count();
        assert_eq!(read, 1, "{path}");
    }
}

async fn stream(hub: &Hub, path: &str) -> Body {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let response = hub.router().oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body()
}

#[tokio::test]
async fn what_is_being_read_stays_readable_while_the_hub_goes_on() {
    let hub = Hub::new();
    hub.register("a", large("a", 0)).await;
    let whole = hub.text("/v1/federated?format=json").await;
    let mut reader = stream(&hub, "/v1/federated?format=json&revision=1").await;
    let first = reader.frame().await.expect("a frame").expect("data").into_data().expect("data");
    hub.publish("a", large("a", 1));
    hub.compose().await;
    hub.ask(Method::DELETE, "/v1/repos/a", Value::Null).await;
    // Old enough to be pruned, and the next refresh prunes.
    hub.change("UPDATE revisions SET composed_at = composed_at - 100 * 24 * 60 * 60");
    hub.change("INSERT INTO revisions SELECT 1000 + value, 'sha256:' || hex(zeroblob(32)), 1800000000, 'hub', 'refresh', 0, 0
         FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1000) SELECT value FROM n) numbers");
    hub.pass(2 * 24 * 60 * 60);
    hub.compose().await;
    assert_eq!(hub.number("SELECT count(*) FROM revisions WHERE number = 1"), 0, "it was pruned");
    let rest = reader.collect().await.expect("the rest").to_bytes();
    assert!([first, rest].concat() == whole.as_bytes());
}

#[tokio::test]
async fn names_that_nobody_has_make_no_document_of_their_own() {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    hub.register("b", index("b", 2, 0)).await;
    let (_, plain, body) = hub.read("/v1/federated?format=json&domain=d&repo=a", &[]).await;
    for path in ["/v1/federated?format=json&domain=d,x1,x2&repo=a,q", "/v1/federated?format=json&domain=d,y&repo=a"] {
        let (_, headers, other) = hub.read(path, &[]).await;
        assert_eq!((&other, &headers["etag"]), (&body, &plain["etag"]), "{path}");
    }
    let none = hub.get("/v1/federated?format=json&domain=x1").await;
    assert_eq!((&none["filter"], &none["capabilities"]), (&json!({"domain": []}), &json!([])));
    let other = hub.get("/v1/federated?format=json&domain=x2").await;
    assert_eq!(other, none);
}

#[tokio::test]
async fn changes_end_at_a_budget_and_go_on_inside_a_revision() {
    let hub = Hub::new();
    hub.register("s", index("s", 1, 0)).await;
    hub.register("a", large("a", 0)).await;
    hub.publish("a", large("a", 1));
    hub.publish("s", index("s", 2, 0));
    hub.compose().await;
    let (mut path, mut items, mut pages) = ("/v1/changes?since=0&limit=100".to_owned(), Vec::new(), 0);
    let head = loop {
        let (status, headers, body) = hub.read(&path, &[]).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["content-length"], body.len().to_string());
        assert!(body.len() < MAX_PAGE_BYTES + MAX_PIECE_BYTES, "{}", body.len());
        let page: Value = serde_json::from_slice(&body).expect("JSON");
        items.extend(page["items"].as_array().expect("a list").clone());
        pages += 1;
        let Some(link) = headers.get("link") else {
            assert_eq!((&page["next"], &page["cursor"], &page["until"]), (&Value::Null, &Value::Null, &json!(3)));
            break page["head"].clone();
        };
        assert!(page["head"].is_null() && page["next"] == page["until"], "{}", page["next"]);
        path = link.to_str().expect("text").split(['<', '>']).nth(1).expect("an address").to_owned();
    };
    assert!(pages > 4, "{pages}");
    assert_eq!(items.len(), 1 + 1500 + 1500 + 1);
    let mut lists = std::collections::BTreeMap::<String, Vec<Value>>::new();
    for item in items {
        let list = lists.entry(item["source_repo"].as_str().expect("text").to_owned()).or_default();
        let change = serde_json::from_value(item).expect("a change");
        assert!(federation::diff::apply(list, &change));
    }
    let mut document = head;
    document["capabilities"] = lists.into_values().flatten().collect();
    assert_eq!(document, hub.get("/v1/federated?format=json").await);
}

#[tokio::test]
async fn an_index_is_given_out_in_parts_and_breaks_off_before_its_end_if_it_is_another() {
    let hub = Hub::new();
    let (a, b) = (large("a", 0), large("b", 0));
    hub.register("a", a.clone()).await;
    hub.register("b", b.clone()).await;
    let path = format!("/v1/indexes/{}", Digest::of(a.as_bytes()));
    let (status, headers, body) = hub.read(&path, &[]).await;
    assert!(status == StatusCode::OK && body == a.as_bytes());
    assert_eq!(headers["content-length"], a.len().to_string());
    let mut frames = stream(&hub, &path).await;
    while let Some(frame) = frames.frame().await {
        assert!(frame.expect("a frame").into_data().expect("data").len() <= MAX_PIECE_BYTES);
    }
    let other = Digest::of(b.as_bytes());
    hub.change(&format!(
        "UPDATE snapshots SET body = (SELECT body FROM snapshots WHERE digest = '{other}') WHERE digest <> '{other}'"
    ));
    let mut broken = stream(&hub, &path).await;
    let mut length = 0;
    let failed = loop {
        match broken.frame().await {
            Some(Ok(frame)) => length += frame.into_data().expect("data").len(),
            Some(Err(error)) => break error.to_string(),
            None => panic!("it came whole"),
        }
    };
    assert!(length < b.len() && failed.contains("other bytes"), "{failed}");
}

#[tokio::test]
async fn a_source_that_the_federation_has_no_room_for_is_held_and_the_others_go_on() {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    hub.register("b", index("b", 2, 0)).await;
    hub.register("c", index("c", 2, 0)).await;
    // Pretends that `a` has nearly the maximum size of a federation.
    let a = "digest = (SELECT index_digest FROM composition WHERE repo = 'a')";
    hub.change(&format!("UPDATE fragments SET json_bytes = 1024 * 1024 * 1024 - 400 WHERE {a}"));
    hub.publish("b", index("b", 40, 1));
    hub.publish("c", index("c", 2, 1));
    let report = hub.compose().await;
    let outcome = |repo: &str| {
        let source =
            report["sources"].as_array().expect("a list").iter().find(|it| it["repo"] == repo).expect("a source");
        (source["outcome"].clone(), source["reason"].clone())
    };
    assert_eq!(outcome("b"), (json!("held"), json!("held-full")));
    assert_eq!(outcome("c").0, json!("accepted"));
    let document = hub.get("/v1/federated?format=json").await;
    let names = |repo: &str| -> Vec<Value> {
        let list = document["capabilities"].as_array().expect("a list");
        list.iter().filter(|it| it["source_repo"] == repo).map(|it| it["name"].clone()).collect()
    };
    assert_eq!((names("b"), names("c")), (vec![json!("Version 0"); 2], vec![json!("Version 1"); 2]));
    let held = hub.get("/v1/repos/b").await["status"].clone();
    assert_eq!((&held["state"], &held["reason"]), (&json!("held"), &json!("held-full")), "{held}");
    let page = hub.text("/repos/b").await;
    assert!(page.contains("has no room") && page.contains("Version 1") && !page.contains("hub release"), "{page}");
    // No request of a maintainer makes room.
    let (status, problem) = hub.ask(Method::POST, "/v1/repos/b/release", Value::Null).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("federation-full")), "{problem}");
    hub.sources().set("https://d.example.org/index.yaml", index("d", 40, 0));
    let d = json!({"repo": "d", "url": "https://d.example.org/index.yaml", "domain": "d"});
    let (status, problem) = hub.ask(Method::POST, "/v1/repos?require_valid=true", d.clone()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("federation-full")), "{problem}");
    assert_eq!(hub.ask(Method::GET, "/v1/repos/d", Value::Null).await.0, StatusCode::NOT_FOUND, "nothing was written");
    // With room again, the next check accepts it.
    assert_eq!(hub.ask(Method::DELETE, "/v1/repos/a", Value::Null).await.0, StatusCode::NO_CONTENT);
    hub.compose().await;
    assert_eq!(hub.get("/v1/repos/b").await["status"]["state"], "fresh");
    assert_eq!(hub.get("/v1/repos/b").await["status"]["capability_count"], 40);
}
