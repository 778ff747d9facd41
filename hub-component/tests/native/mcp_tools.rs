//! Results of the tools, within their budgets.

use crate::mcp::call;
use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn repos_are_listed_in_pages_that_fit_the_budget() {
    let hub = Hub::new();
    for i in 0..60 {
        let repo = format!("repo-{i:02}");
        hub.register(&repo, index(&repo, 3, 0)).await;
    }
    for budget in [750, 751, 1000, 2000, 20_000, 4_000_000] {
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let result = call(&hub, "list_repos", json!({"budget_tokens": budget, "cursor": cursor})).await;
            assert!(result.to_string().len() <= 4 * budget.min(20_000), "{budget}: {}", result.to_string().len());
            let page = &result["structuredContent"];
            assert_eq!(
                &serde_json::from_str::<Value>(result["content"][0]["text"].as_str().expect("text")).expect("JSON"),
                page
            );
            let repos = page["repos"].as_array().expect("repos");
            assert!(!repos.is_empty(), "an agent makes progress");
            assert_eq!((&page["total"], &page["shown"]), (&json!(60), &json!(repos.len())));
            assert_eq!(page["complete"], repos.len() == 60);
            seen.extend(repos.iter().map(|repo| repo["repo"].as_str().expect("a name").to_owned()));
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(seen, (0..60).map(|i| format!("repo-{i:02}")).collect::<Vec<_>>(), "{budget}");
    }
    let result = call(&hub, "list_repos", json!({"budget_tokens": 749})).await;
    let problem: Value = serde_json::from_str(result["content"][0]["text"].as_str().expect("text")).expect("JSON");
    assert_eq!((&result["isError"], &problem["code"]), (&json!(true), &json!("budget-too-small")), "{result}");
    assert_eq!(problem["type"], "https://hub.example.org/problems/budget-too-small");

    let one = call(&hub, "list_repos", json!({"q": "repo-07"})).await;
    assert_eq!(
        one["structuredContent"]["repos"],
        json!([{"repo": "repo-07", "domain": "d", "state": "fresh", "verified_at": "2027-01-15T08:00:00Z", "capability_count": 3, "required": false}])
    );
    assert_eq!(call(&hub, "list_repos", json!({"state": "failed"})).await["structuredContent"]["total"], 0);
    assert_eq!(call(&hub, "list_repos", json!({"limit": 7})).await["structuredContent"]["shown"], 7);
}

#[tokio::test]
async fn the_status_counts_states_and_names_required_repos_that_are_not_fresh() {
    let hub = Hub::new();
    let status = async || call(&hub, "federation_status", json!({})).await["structuredContent"].clone();
    assert_eq!((&status().await["revision"], &status().await["states"]), (&json!(0), &json!({})));
    hub.register("a", index("a", 3, 0)).await;
    hub.register("b", index("b", 2, 0)).await;
    hub.ask(Method::PATCH, "/v1/repos/b", json!({"required": true})).await;
    let now = status().await;
    assert_eq!((&now["states"], &now["capability_count"]), (&json!({"fresh": 2}), &json!(5)), "{now}");
    assert_eq!(now["required_not_fresh"], json!({"total": 0, "shown": 0, "complete": true, "repos": []}));
    assert_eq!(now["digest"], hub.get("/v1/federated/manifest").await["digest"]);
    assert_eq!(now["url"], "https://hub.example.org/v1/federated");

    hub.sources().bodies.store(0, std::sync::atomic::Ordering::Relaxed);
    hub.publish("b", "no index".to_owned());
    hub.compose().await;
    let now = status().await;
    assert_eq!(now["states"], json!({"fresh": 1, "stale": 1}), "{now}");
    assert_eq!(now["required_not_fresh"]["repos"], json!([{"repo": "b", "state": "stale", "reason": "not-an-index"}]));
}

#[tokio::test]
async fn a_hub_that_only_agents_read_stays_fresh() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let asked = || hub.sources().requests.load(std::sync::atomic::Ordering::Relaxed);
    for tool in ["list_repos", "federation_status", "search_capabilities"] {
        hub.pass(24 * 3600);
        let before = asked();
        call(&hub, tool, json!({})).await;
        // The refresh runs after the response.
        hub.settle().await;
        assert_eq!(asked(), before + 1, "{tool}");
        hub.compose().await;
    }
}

/// An index with the texts whose escapes in JSON are longest.
fn awkward(count: usize) -> String {
    let text = "\\\"".repeat(300);
    let entries: String = (0..count)
        .map(|i| {
            format!("- id: capability.awkward.n{i}\n  name: Awkward {i}\n  summary: '{text}'\n  more: ['{text}']\n")
        })
        .collect();
    format!("version: 1\ncapabilities:\n{entries}")
}

#[tokio::test]
async fn a_search_pages_through_everything_within_any_budget() {
    let hub = Hub::new();
    hub.register("plain", index("plain", 30, 0)).await;
    hub.register("awkward", awkward(15)).await;
    for budget in [750, 900, 1500, 3000, 20_000] {
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let arguments = json!({"budget_tokens": budget, "cursor": cursor, "limit": 200});
            let result = call(&hub, "search_capabilities", arguments).await;
            assert!(result.to_string().len() <= 4 * budget, "{budget}: {}", result.to_string().len());
            let page = &result["structuredContent"];
            assert_eq!((&result["isError"], &page["total"]), (&json!(false), &json!(45)), "{result}");
            let found = page["capabilities"].as_array().expect("capabilities");
            assert!(!found.is_empty(), "an agent makes progress");
            seen.extend(found.iter().map(|entry| entry["id"].as_str().expect("an id").to_owned()));
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 45, "{budget}");
    }
    let best = call(&hub, "search_capabilities", json!({"q": "awkward 7", "fields": "name", "limit": 1})).await;
    assert_eq!(best["structuredContent"]["capabilities"][0]["id"], "capability.awkward.n7", "{best}");
}

#[tokio::test]
async fn a_capability_is_whole_or_says_that_it_is_not() {
    let hub = Hub::new();
    hub.register("a", awkward(1)).await;
    hub.register("b", awkward(1)).await;
    let id = json!("capability.awkward.n0");
    let whole = call(&hub, "get_capability", json!({"id": id, "budget_tokens": 20_000})).await;
    let entries = &whole["structuredContent"]["entries"];
    assert_eq!((&entries[0]["source_repo"], &entries[1]["source_repo"]), (&json!("a"), &json!("b")), "{whole}");
    assert_eq!(entries[0]["summary"].as_str().map(str::len), Some(600));

    let one = call(&hub, "get_capability", json!({"id": id, "repo": "b", "budget_tokens": 750})).await;
    let page = &one["structuredContent"];
    assert_eq!(
        (&page["shown"], &page["truncated"], &page["entries"][0]["source_repo"]),
        (&json!(1), &json!(true), &json!("b"))
    );
    assert!(one.to_string().len() <= 3000);

    let none = call(&hub, "get_capability", json!({"id": "capability.awkward.m0"})).await;
    let text = none["content"][0]["text"].as_str().expect("text");
    assert!(none["isError"] == true && text.contains("capability-not-found") && text.contains("awkward.n0"), "{text}");
}
