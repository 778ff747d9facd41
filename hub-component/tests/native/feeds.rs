//! Publications as a feed and as a stream of events.

use crate::ports::{Hub, index};
use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// A hub with three revisions, in two domains.
async fn filled() -> Hub {
    let hub = Hub::new();
    hub.hurry();
    hub.register("a", index("a", 7, 0)).await;
    hub.register("b", index("b", 1, 0).replace("name: ", "name: \"<b> & \\uFFFE\" # ")).await;
    hub.ask(Method::PATCH, "/v1/repos/b", json!({"domain": "maps"})).await;
    hub
}

/// The texts of all elements of this name.
fn texts(xml: &str, name: &str) -> Vec<String> {
    let (begin, end) = (format!("<{name}>"), format!("</{name}>"));
    let parts = xml.split(&begin).skip(1);
    parts.map(|part| part.split(&end).next().expect("an end").to_owned()).collect()
}

#[tokio::test]
async fn a_feed_has_an_entry_for_each_revision_newest_first() {
    let hub = filled().await;
    let (status, headers, body) = hub.read("/v1/changes.atom", &[]).await;
    assert_eq!(
        (status, &headers["content-type"]),
        (StatusCode::OK, &HeaderValue::from_static("application/atom+xml; charset=utf-8"))
    );
    let xml = String::from_utf8(body.to_vec()).expect("UTF-8");
    let base = "https://hub.example.org";
    let ids: Vec<String> = [3, 2, 1].map(|n| format!("{base}/revisions/{n}")).into();
    assert_eq!(texts(&xml, "id"), [vec![format!("{base}/v1/changes.atom")], ids].concat());
    assert_eq!(texts(&xml, "title"), ["Changes", "Revision 3: b", "Revision 2: b", "Revision 1: a"]);
    let updated = texts(&xml, "updated");
    assert!(
        updated.len() == 4 && updated.iter().all(|it| it.ends_with('Z')) && updated[0] == updated[1],
        "{updated:?}"
    );
    assert!(xml.contains("2 more") && xml.contains("/capabilities/capability.a.n4"), "five of seven: {xml}");
    assert!(!xml.contains('\u{fffe}') && xml.contains("&amp;lt;b&amp;gt; &amp;amp; "), "escaped as HTML in XML: {xml}");
    let etag = headers["etag"].to_str().expect("a tag");
    assert_eq!(hub.read("/v1/changes.atom", &[("if-none-match", etag)]).await.0, StatusCode::NOT_MODIFIED);
    assert!(hub.text("/repos").await.contains("href=\"/v1/changes.atom\""));
}

#[tokio::test]
async fn a_feed_of_a_repo_or_a_domain_has_what_concerns_it() {
    let hub = filled().await;
    let titles = async |query: &str| texts(&hub.text(&format!("/v1/changes.atom{query}")).await, "title");
    assert_eq!(titles("?repo=a").await, ["Changes of a", "Revision 1: a"]);
    assert_eq!(titles("?domain=maps").await, ["Changes in maps", "Revision 3: b"]);
    let other = hub.get("/v1/repos/a").await["domain"].as_str().expect("a domain").to_owned();
    let title = format!("Changes in {other}");
    let left = [title.as_str(), "Revision 3: b", "Revision 2: b", "Revision 1: a"];
    assert_eq!(titles(&format!("?domain={other}")).await, left, "b left it in the third");
    hub.ask(Method::DELETE, "/v1/repos/b", Value::Null).await;
    assert_eq!(titles("?domain=maps").await, ["Changes in maps", "Revision 4: b", "Revision 3: b"]);
    assert_eq!(titles("?repo=nobody").await, ["Changes of nobody"]);
    assert_eq!(texts(&Hub::new().text("/v1/changes.atom").await, "updated"), ["1970-01-01T00:00:00Z"]);
}

#[tokio::test]
async fn pages_of_a_feed_have_every_revision_once() {
    let hub = filled().await;
    for n in 0..50 {
        hub.ask(Method::PATCH, "/v1/repos/b", json!({"domain": format!("d{n}")})).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/changes.atom?repo=b".to_owned());
    loop {
        let xml = hub.text(&path).await;
        seen.extend(texts(&xml, "id").into_iter().filter(|id| id.contains("/revisions/")));
        let Some(next) = xml.split("rel=\"next\"").nth(1).and_then(|rest| rest.split("href=\"").nth(1)) else { break };
        let next = next.split('"').next().expect("an end").replace("&amp;", "&");
        path = next.trim_start_matches("https://hub.example.org").to_owned();
    }
    let all: Vec<String> = (2..=53).rev().map(|n| format!("https://hub.example.org/revisions/{n}")).collect();
    assert_eq!(seen, all);
}

/// A stream that is being read.
struct Stream {
    headers: HeaderMap,
    body: Body,
}

async fn open(hub: &Hub, path: &str, last: Option<&str>) -> (StatusCode, Stream) {
    let mut request = Request::get(path);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = hub.router().oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    let (parts, body) = response.into_parts();
    (parts.status, Stream { headers: parts.headers, body })
}

impl Stream {
    /// The next piece of text; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        let frame = self.body.frame().await?.expect("a frame");
        Some(String::from_utf8(frame.into_data().expect("data").to_vec()).expect("UTF-8"))
    }

    /// The rest of the text.
    async fn rest(mut self) -> String {
        let mut text = String::new();
        while let Some(next) = self.next().await {
            text.push_str(&next);
        }
        text
    }
}

fn ids(text: &str) -> Vec<u64> {
    let events = text.split("\n\n").filter(|event| event.contains("data:"));
    events
        .map(|event| {
            event.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id").parse().expect("a number")
        })
        .collect()
}

#[tokio::test]
async fn a_stream_goes_on_where_the_client_stopped() {
    let hub = filled().await;
    let (status, stream) = open(&hub, "/v1/changes/stream?since=1&seconds=1", None).await;
    assert_eq!(
        (status, &stream.headers["content-type"]),
        (StatusCode::OK, &HeaderValue::from_static("text/event-stream"))
    );
    assert!(stream.headers["cache-control"].to_str().is_ok_and(|it| it.contains("no-store")));
    let text = stream.rest().await;
    assert!(text.starts_with("retry: 3000\nid: 1\n\nid: 2\nevent: revision\ndata: {\"revision\":2,"), "{text}");
    assert_eq!(ids(&text), [2, 3]);
    let told: Value = serde_json::from_str(text.split("data: ").nth(2).and_then(|it| it.lines().next()).expect("data"))
        .expect("JSON");
    assert_eq!((&told["cause"], &told["changed"]), (&json!("update"), &json!([{"repo": "b", "op": "put"}])));
    for (path, last, expected) in [
        ("/v1/changes/stream?seconds=1", Some("2"), vec![3]),
        ("/v1/changes/stream?since=1&seconds=1", Some("2"), vec![3]),
        ("/v1/changes/stream?since=0&seconds=1", None, vec![1, 2, 3]),
        ("/v1/changes/stream?seconds=1", None, vec![]),
        ("/v1/changes/stream?seconds=1", Some(""), vec![]),
    ] {
        assert_eq!(ids(&open(&hub, path, last).await.1.rest().await), expected, "{path} {last:?}");
    }
}

#[tokio::test]
async fn every_revision_is_told_once_through_any_number_of_connections_and_restarts() {
    let mut hub = filled().await;
    let (mut last, mut seen) = ("0".to_owned(), Vec::new());
    for n in 0..45 {
        hub.ask(Method::PATCH, "/v1/repos/b", json!({"domain": format!("d{n}")})).await;
        if n % 7 == 0 {
            // A new instance over the same database.
            hub = hub.beside(0);
            hub.hurry();
        }
        if n % 5 == 0 {
            let (_, mut stream) = open(&hub, "/v1/changes/stream", Some(&last)).await;
            // The connection breaks after the first events.
            stream.next().await;
            let text = stream.next().await.expect("events");
            seen.extend(ids(&text));
            last = seen.last().expect("an event").to_string();
        }
    }
    let (_, stream) = open(&hub, "/v1/changes/stream?seconds=1", Some(&last)).await;
    seen.extend(ids(&stream.rest().await));
    assert_eq!(seen, (1..=48).collect::<Vec<u64>>());
}

#[tokio::test]
async fn what_is_published_meanwhile_is_told_and_silence_is_broken() {
    let hub = filled().await;
    let (_, mut stream) = open(&hub, "/v1/changes/stream?seconds=100", None).await;
    assert_eq!(stream.next().await.as_deref(), Some("retry: 3000\nid: 3\n\n"));
    assert_eq!(stream.next().await.as_deref(), Some(":\n\n"), "a comment");
    hub.ask(Method::PATCH, "/v1/repos/b", json!({"domain": "next"})).await;
    assert_eq!(ids(&stream.next().await.expect("an event")), [4]);
    let rest = stream.rest().await;
    assert!(rest.starts_with(":\n\n") && rest.replace(":\n\n", "").is_empty(), "{rest}");
}

#[tokio::test]
async fn streams_are_bounded_in_number_and_give_their_places_back() {
    let hub = filled().await;
    let router = hub.router();
    let open = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        router.clone().oneshot(request).await.expect("infallible")
    };
    let mut streams = Vec::new();
    for _ in 0..64 {
        streams.push(open("/v1/changes/stream").await);
    }
    let refused = open("/v1/changes/stream").await;
    assert_eq!(
        (refused.status(), &refused.headers()["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &HeaderValue::from_static("30"))
    );
    assert_eq!(open("/v1/changes").await.status(), StatusCode::BAD_REQUEST, "other requests have room");
    streams.pop();
    assert_eq!(open("/v1/changes/stream").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused() {
    let hub = filled().await;
    hub.change("DELETE FROM revisions WHERE number = 1");
    for (path, last, status, code) in [
        ("/v1/changes/stream?since=4", None, 404, "revision-not-found"),
        ("/v1/changes/stream?since=0", None, 410, "revision-gone"),
        ("/v1/changes/stream", Some("1"), 410, "revision-gone"),
        ("/v1/changes/stream", Some("x"), 400, "invalid-query"),
        ("/v1/changes/stream?seconds=0", None, 400, "invalid-query"),
        ("/v1/changes/stream?seconds=3601", None, 400, "invalid-query"),
        ("/v1/changes.atom?cursor=x", None, 400, "invalid-query"),
    ] {
        let (answered, stream) = open(&hub, path, last).await;
        let problem: Value = serde_json::from_str(&stream.rest().await).expect("JSON");
        assert_eq!((answered.as_u16(), &problem["code"]), (status, &json!(code)), "{path}");
    }
    assert_eq!(hub.ask(Method::HEAD, "/v1/changes/stream", Value::Null).await.0, StatusCode::OK, "it ends at once");
}
