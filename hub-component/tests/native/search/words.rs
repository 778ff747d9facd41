//! What matches, in which order, and what cannot be asked.

use super::{both, encoded, places};
use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};

const INDEX: &str = r#"
version: 1
capabilities:
- {id: capability.other, name: Other, summary: About state and its leases}
- {id: capability.tagged, name: Tagged, tags: [State, C++, "50%_!"], status: Beta}
- {id: capability.named, title: State of things, summary: ok}
- {id: capability.statement, name: Prefix}
- {id: capability.state, name: Word in the id}
- {id: state.capability, name: The state capability}
- {id: capability.cafe, name: "Café im Größenwahn", x-own: {deep: [1]}, owner: somebody, path: docs/cafe.md}
"#;

async fn filled() -> [Hub; 2] {
    let hubs = both();
    for hub in &hubs {
        hub.register("hub", INDEX.to_owned()).await;
        hub.register(
            "another",
            "version: 1\ncapabilities:\n- {id: capability.state, name: The other one}\n".to_owned(),
        )
        .await;
    }
    hubs
}

#[tokio::test]
async fn results_are_ranked_by_where_the_words_stand() {
    for hub in filled().await {
        for (q, expected) in [
            // In the id, in the name too, in a tag; its beginning in an id; the summary last. Equal ones by repo and position.
            (
                "state",
                "another capability.state, hub capability.state, hub state.capability, hub capability.named, \
                 hub capability.tagged, hub capability.statement, hub capability.other",
            ),
            (
                "capability.state",
                "another capability.state, hub capability.state, hub state.capability, hub capability.named, \
                 hub capability.tagged, hub capability.statement, hub capability.other",
            ),
            ("THE State Capability", "hub state.capability, another capability.state, hub capability.state"),
            ("state things", "hub capability.named"),
            ("lea sta", "hub capability.other"),
            ("CAFE", "hub capability.cafe"),
            ("cafe\u{301} grossen", "hub capability.cafe"),
            ("wahn", ""),
            ("\u{0130}m", "hub capability.cafe"),
        ] {
            let page = hub.get(&format!("/v1/capabilities?q={}", encoded(q))).await;
            let found = places(&page).join(", ");
            assert_eq!(found, expected, "{q}");
            assert_eq!((&page["complete"], &page["next"]), (&json!(true), &Value::Null));
        }
    }
}

#[tokio::test]
async fn filters_are_exact_and_without_words_the_order_is_that_of_the_document() {
    for hub in filled().await {
        let document = hub.get("/v1/federated?format=json").await;
        for blank in ["", "?q=", "?q=%20%09"] {
            let page = hub.get(&format!("/v1/capabilities{blank}")).await;
            assert_eq!(places(&page), places(&document), "{blank}");
            assert_eq!((&page["total"], &page["revision"]), (&json!(8), &json!(2)));
        }
        for (filters, expected) in [
            ("tag=c%2B%2B", "hub capability.tagged"),
            ("tag=C", ""),
            ("tag=50%25_!", "hub capability.tagged"),
            ("tag=%25", ""),
            ("tag=50__!", ""),
            ("status=beta", "hub capability.tagged"),
            ("status=bet", ""),
            ("repo=another", "another capability.state"),
            ("repo=ANOTHER", ""),
            ("repo=another&q=other", "another capability.state"),
            ("repo=another&q=other&domain=d", "another capability.state"),
            ("repo=another&q=other&domain=e", ""),
            ("domain=%27%20OR%201%3D1%20--", ""),
        ] {
            let page = hub.get(&format!("/v1/capabilities?{filters}")).await;
            assert_eq!(places(&page).join(", "), expected, "{filters}");
        }
    }
}

#[tokio::test]
async fn fields_are_chosen() {
    let [hub, _] = filled().await;
    let keys = async |fields: &str| {
        let page = hub.get(&format!("/v1/capabilities?q=cafe{fields}")).await;
        page["capabilities"][0].as_object().expect("a result").keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys("").await, "id source_repo domain name path");
    assert_eq!(keys("&fields=*").await, "id source_repo domain name x-own owner path");
    assert_eq!(keys("&fields=owner,x-own,none").await, "id source_repo x-own owner");
    assert_eq!(keys("&fields=").await, "id source_repo");
    let page = hub.get("/v1/capabilities?q=cafe&fields=*").await;
    let document = hub.get("/v1/federated?format=json").await;
    let entry = document["capabilities"].as_array().expect("a list").iter().find(|it| it["id"] == "capability.cafe");
    assert_eq!(Some(&page["capabilities"][0]), entry, "an entry is what the document has");
}

#[tokio::test]
async fn nothing_in_a_query_is_syntax() {
    let hostile = [
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
    for hub in filled().await {
        for q in hostile {
            let (status, answer) =
                hub.ask(Method::GET, &format!("/v1/capabilities?q={}", encoded(q)), Value::Null).await;
            assert!(matches!(status.as_u16(), 200 | 400), "{q}: {status} {answer}");
            for filter in ["domain", "repo", "status", "tag", "fields"] {
                let path = format!("/v1/capabilities?{filter}={}", encoded(q));
                let (status, answer) = hub.ask(Method::GET, &path, Value::Null).await;
                assert!(status == 200 || (status == 400 && q.contains('\0')), "{path}: {status} {answer}");
            }
        }
        // What looks like an operator is a word.
        for (q, total) in [("state OR other", 0), ("state NOT lease", 0), ("st_te", 0), ("sta%e", 0), ("state*", 7)] {
            assert_eq!(hub.get(&format!("/v1/capabilities?q={}", encoded(q))).await["total"], total, "{q}");
        }
        assert_eq!(hub.get("/v1/capabilities").await["total"], 8);
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_a_remedy() {
    let [hub, _] = filled().await;
    let long = format!("q={}", "a".repeat(257));
    let many = format!("q={}", (0..17).map(|n| format!("w{n}+")).collect::<String>());
    let wide = format!("tag={}", "a".repeat(1001));
    for (query, status, code, says) in [
        (long.as_str(), 400, "invalid-query", "256 characters"),
        (&many, 400, "invalid-query", "16 different words"),
        (&wide, 400, "invalid-query", "`tag` may have at most 1000"),
        ("q=%2B%2B", 400, "invalid-query", "leave it out"),
        ("limit=0", 400, "invalid-query", "`limit` must be from 1 to 200"),
        ("limit=201", 400, "invalid-query", "`limit` must be from 1 to 200"),
        ("limit=x", 400, "invalid-query", "limit"),
        ("q=a&q=b", 400, "invalid-query", "q"),
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
    for hub in both() {
        let page = hub.get("/v1/capabilities?q=x").await;
        let expected = json!({
            "revision": 0, "total": 0, "shown": 0, "complete": true, "truncated": false, "next": null, "capabilities": [],
        });
        assert_eq!(page, expected);
        let body = json!({"repo": "a", "url": "https://a.example.org/none.yaml", "domain": "d", "enabled": false});
        assert_eq!(hub.ask(Method::POST, "/v1/repos", body).await.0, 201);
        let (status, answer) = hub.ask(Method::GET, "/v1/capabilities", Value::Null).await;
        assert_eq!((status.as_u16(), &answer["code"]), (503, &json!("nothing-published")));
    }
}

#[tokio::test]
async fn an_answer_is_confirmed_until_it_changes() {
    let [hub, _] = both();
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
