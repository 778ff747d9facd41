//! What a query may contain, and what is rejected.

use super::encoded;
use super::words::filled;
use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};

/// Operators and other syntax of SQL, of search engines and of texts.
const HOSTILE: [&str; 43] = [
    "\"",
    "'",
    "state\"",
    "state OR other",
    "state NOT lease",
    "NEAR(state lease)",
    "id_words:state",
    "words : state",
    "^state",
    "state*",
    "*",
    "(state",
    "state)",
    "-state",
    "+",
    "state + lease",
    "{a b}",
    "state AND",
    "AND",
    "OR",
    "NOT",
    "%",
    "_",
    "%%%",
    "st_te",
    "sta%e",
    "\\",
    "\\%",
    "'; DROP TABLE search_entries; --",
    "\u{0}",
    "state\u{0}",
    "$1",
    "?1",
    ":a",
    "@x",
    "\u{202e}",
    "\u{1f}",
    "\u{feff}",
    "🦀",
    "ﷺ",
    "e\u{301}\u{301}\u{301}",
    "1e309",
    "null",
];

#[tokio::test]
async fn nothing_in_a_query_is_syntax() {
    let hub = filled().await;
    for q in HOSTILE {
        let (status, answer) = hub.ask(Method::GET, &format!("/v1/capabilities?q={}", encoded(q)), Value::Null).await;
        assert!(matches!(status.as_u16(), 200 | 400), "{q}: {status} {answer}");
        for filter in ["domain", "repo", "status", "tag", "fields"] {
            let path = format!("/v1/capabilities?{filter}={}", encoded(q));
            let (status, answer) = hub.ask(Method::GET, &path, Value::Null).await;
            assert!(status == 200 || (status == 400 && q.contains('\0')), "{path}: {status} {answer}");
        }
    }
    // What looks like an operator is not one.
    let total = async |q: &str| hub.get(&format!("/v1/capabilities?q={}", encoded(q))).await["total"].clone();
    for (q, same) in [("state OR lease", "state or lease"), ("state NOT lease", "state lease"), ("state*", "state")] {
        assert_eq!(total(q).await, total(same).await, "{q}");
    }
    assert_eq!(hub.get("/v1/capabilities").await["total"], 8);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_a_remedy() {
    let hub = filled().await;
    let many = (0..9).map(|n| format!("q=w{n}")).collect::<Vec<_>>().join("&");
    let wide = format!("tag={}", "a".repeat(1001));
    for (query, status, code, says) in [
        (many.as_str(), 400, "invalid-query", "at most 8 phrasings"),
        (&wide, 400, "invalid-query", "`tag` may have at most 1000"),
        ("q=%2B%2B", 400, "invalid-query", "leave it out"),
        ("limit=0", 400, "invalid-query", "`limit` must be from 1 to 200"),
        ("limit=201", 400, "invalid-query", "`limit` must be from 1 to 200"),
        ("limit=x", 400, "invalid-query", "limit"),
        ("repo=a&repo=b", 400, "invalid-query", "repo"),
        ("query=a", 400, "invalid-query", "query"),
        ("cursor=x", 400, "invalid-query", "start again without it"),
        ("cursor=1.99.00000000.0.0.a", 400, "invalid-query", "another search"),
        ("budget_tokens=-1", 400, "invalid-query", "budget_tokens"),
        ("budget_tokens=0", 422, "budget-too-small", "budget_tokens"),
    ] {
        let (answered, answer) = hub.ask(Method::GET, &format!("/v1/capabilities?{query}"), Value::Null).await;
        assert_eq!((answered.as_u16(), &answer["code"]), (status, &json!(code)), "{query}: {answer}");
        assert!(answer["detail"].as_str().is_some_and(|detail| detail.contains(says)), "{query}: {answer}");
    }
}

#[tokio::test]
async fn before_anything_is_published() {
    let hub = Hub::new();
    let page = hub.get("/v1/capabilities?q=x").await;
    let expected = json!({
        "revision": 0, "total": 0, "shown": 0, "complete": true, "truncated": false, "next": null, "fit": "none",
        "advice": "Nothing published here fits: search once more with other words for `x`, and if that finds nothing either, it does not exist yet.",
        "unmatched": ["x"], "near": {"domains": [], "tags": []}, "capabilities": [],
    });
    assert_eq!(page, expected);
    let body = json!({"repo": "a", "url": "https://a.example.org/none.yaml", "domain": "d", "enabled": false});
    assert_eq!(hub.ask(Method::POST, "/v1/repos", body).await.0, 201);
    let (status, answer) = hub.ask(Method::GET, "/v1/capabilities", Value::Null).await;
    assert_eq!((status.as_u16(), &answer["code"]), (503, &json!("nothing-published")));
}

#[tokio::test]
async fn an_answer_is_confirmed_until_it_changes() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let (status, headers, body) = hub.read("/v1/capabilities?q=version", &[]).await;
    let etag = headers["etag"].to_str().expect("a tag").to_owned();
    assert_eq!((status.as_u16(), &headers["content-type"]), (200, &"application/json".parse().unwrap()));
    assert_eq!((&headers["reuse-surface-revision"], body.is_empty()), (&"1".parse().unwrap(), false));
    assert_eq!(headers["reuse-surface-verified"], "2027-01-15T08:00:00Z");
    let (status, headers, body) = hub.read("/v1/capabilities?q=version", &[("if-none-match", &etag)]).await;
    assert_eq!((status.as_u16(), headers["etag"].as_bytes(), body.is_empty()), (304, etag.as_bytes(), true));
    hub.publish("a", index("a", 3, 1));
    hub.compose().await;
    let (status, headers, _) = hub.read("/v1/capabilities?q=version", &[("if-none-match", &etag)]).await;
    assert_eq!((status.as_u16(), &headers["reuse-surface-revision"]), (200, &"2".parse().unwrap()));
}
