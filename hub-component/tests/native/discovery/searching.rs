//! `POST /search`.

use super::{MCP_SERVER, filled, ids, list, post, search};
use crate::ports::{Hub, index};
use serde_json::{Value, json};

#[tokio::test]
async fn a_result_has_what_the_standard_wants() {
    let hub = filled().await;
    let (status, headers, found) = post(&hub, &json!({"query": {"text": "publish state"}})).await;
    assert_eq!(
        (status, &headers["content-type"], &headers["cache-control"]),
        (200, &"application/json".parse().expect("a value"), &"no-store".parse().expect("a value"))
    );
    assert!(
        headers.contains_key("reuse-surface-revision") && !headers.contains_key("reuse-surface-memo"),
        "{headers:?}"
    );
    let results = list(&found, "results");
    assert_eq!(
        results[0],
        json!({
            "identifier": "urn:air:hub.example.org:state-hub:capability.state.publish",
            "displayName": "Publish state",
            "type": "application/vnd.reuse-surface.capability+json",
            "url": "https://hub.example.org/v1/capabilities/capability.state.publish?repo=state-hub",
            "description": "Publishes a change of shared state to every subscriber.",
            "tags": ["state", "events", "common"],
            "capabilities": ["capability.state.publish"],
            "metadata": {"domain": "d", "sourceRepo": "state-hub", "status": "stable", "owner": "coulomb", "path": "docs/publish.md"},
            "score": 100,
            "source": "https://hub.example.org",
        })
    );
    assert_eq!(found.get("pageToken"), None, "on the last page");
    let found = search(&hub, json!({"query": {"text": "state"}})).await;
    let results = list(&found, "results");
    assert_eq!(ids(results), ["capability.state.publish", "capability.state.lock"], "the best first");
    let scores: Vec<u64> = results.iter().map(|it| it["score"].as_u64().expect("an integer")).collect();
    assert!(100 > scores[0] && scores[0] > scores[1] && scores[1] > 0, "{scores:?}");
}

#[tokio::test]
async fn questions_that_an_entry_answers_find_it() {
    let hub = filled().await;
    let found = search(&hub, json!({"query": {"text": "how can I broadcast an update"}})).await;
    assert_eq!(ids(list(&found, "results")), ["capability.state.publish"], "{found}");
}

#[tokio::test]
async fn a_filter_is_or_within_a_key_and_and_across_keys() {
    let hub = filled().await;
    let all = "common";
    for (filter, expected) in [
        (json!({"type": MCP_SERVER}), "maps weather"),
        (json!({"type": ["application/mcp-server+json"]}), "maps weather"),
        (json!({"type": [MCP_SERVER, "Application/A2A-Agent-Card+json"]}), "agent maps weather"),
        (json!({"type": ["application/vnd.reuse-surface.capability+json"]}), "lock publish"),
        (json!({"type": ["application/ai-skill"]}), ""),
        (json!({"tags": ["events", "other"]}), "publish"),
        (json!({"tags": "STATE"}), "lock publish"),
        (json!({"tags": ["events"], "type": MCP_SERVER}), ""),
        (json!({"capabilities": ["capability.state.lock", "capability.more.maps"]}), "lock maps"),
        (json!({"publisher": ["example.com", "hub.example.org"], "tags": ["events"]}), "publish"),
        (json!({"publisher": "example.com"}), ""),
        (json!({"metadata.status": ["beta", "deprecated"]}), "lock maps"),
        (json!({"metadata.sourceRepo": ["tools", "tools"]}), "agent weather"),
        (json!({"metadata.domain": "d", "metadata.sourceRepo": "more"}), "maps"),
        (json!({"metadata.domain": "other"}), ""),
        (json!({"identifier": ["urn:air:hub.example.org:tools:capability.tools.agent"]}), "agent"),
        (json!({"identifier": "urn:air:hub.example.org:more:capability.tools.agent"}), ""),
        (
            json!({"identifier": "urn:air:hub.example.org:tools:capability.tools.agent", "metadata.sourceRepo": "more"}),
            "",
        ),
        (json!({"identifier": "urn:air:example.com:tools:capability.tools.agent"}), ""),
        (json!({"tags": [], "type": null}), "agent lock maps publish weather"),
    ] {
        let found = search(&hub, json!({"query": {"text": all, "filter": filter}})).await;
        let mut found: Vec<&str> = ids(list(&found, "results")).iter().filter_map(|id| id.rsplit('.').next()).collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), expected, "{filter}");
    }
}

#[tokio::test]
async fn pages_fit_together_and_have_tokens_of_their_own() {
    let hub = Hub::new();
    hub.register("a", index("a", 25, 1)).await;
    let whole = search(&hub, json!({"query": {"text": "version"}, "pageSize": 500})).await;
    assert_eq!(list(&whole, "results").len(), 25, "a page that is too large is cut to the most there can be");
    let default = search(&hub, json!({"query": {"text": "version"}, "pageSize": null, "federation": null})).await;
    assert_eq!(list(&default, "results").len(), 10);
    let (mut found, mut tokens, mut token) = (Vec::new(), Vec::new(), Value::Null);
    loop {
        let page = search(
            &hub,
            json!({"query": {"text": "version"}, "pageSize": 10, "pageToken": token, "federation": "auto"}),
        )
        .await;
        found.extend(list(&page, "results").iter().map(|it| it["identifier"].clone()));
        token = page["pageToken"].clone();
        if token.is_null() {
            break;
        }
        tokens.push(token.as_str().expect("a text").to_owned());
        // After a new revision, further pages continue in the old one.
        hub.register(&format!("b{}", tokens.len()), index("b", 1, 1)).await;
    }
    let expected: Vec<Value> = list(&whole, "results").iter().map(|it| it["identifier"].clone()).collect();
    assert_eq!(found, expected);
    assert!(tokens.len() == 2 && tokens[0] != tokens[1], "{tokens:?}");
    for body in [
        json!({"query": {"text": "other"}, "pageToken": tokens[0]}),
        json!({"query": {"text": "version", "filter": {"tags": "x"}}, "pageToken": tokens[0]}),
        json!({"query": {"text": "version"}, "pageToken": "1.2.3"}),
    ] {
        let (status, _, problem) = post(&hub, &body).await;
        assert_eq!((status, &problem["errorCode"]), (400, &json!("INVALID_ARGUMENT")), "{body}");
        assert!(problem["message"].as_str().is_some_and(|it| it.contains("`pageToken`")), "{problem}");
    }
}

#[tokio::test]
async fn what_nothing_answers_has_no_results_and_is_remembered() {
    let hub = filled().await;
    hub.configure_client_address_header("x-forwarded-for");
    for client in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        for body in [
            json!({"query": {"text": "brew coffee"}}),
            json!({"query": {"text": "brew tea", "filter": {"tags": "hot"}}}),
        ] {
            let request = http::Request::post("/search").header("content-type", "application/json");
            let request = request.header("x-forwarded-for", client).body(body.to_string().into()).expect("a request");
            let response = hub.send(request).await;
            assert_eq!(response.body(), &r#"{"results":[]}"#, "{body}");
            hub.settle().await;
        }
    }
    let demand = hub.get("/v1/demand").await;
    let words: Vec<&Value> = list(&demand, "questions").iter().map(|it| &it["words"]).collect();
    assert_eq!(words, ["brew coffee"], "what a filter misses may be there");
}

#[tokio::test]
async fn what_fits_badly_is_no_result() {
    let hub = filled().await;
    let question = "brew hot coffee with warm oat milk for the whole state";
    let page = hub.get(&format!("/v1/capabilities?q={}", question.replace(' ', "+"))).await;
    assert_eq!((&page["fit"], &page["total"]), (&json!("none"), &json!(2)), "{page}");
    assert_eq!(search(&hub, json!({"query": {"text": question}, "pageSize": 1})).await, json!({"results": []}));
}

#[tokio::test]
async fn a_hub_without_anything_finds_nothing() {
    let hub = Hub::new();
    assert_eq!(search(&hub, json!({"query": {"text": "anything"}})).await, json!({"results": []}));
}
