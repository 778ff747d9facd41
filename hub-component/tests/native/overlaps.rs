//! Near-duplicates: what is found, what a change costs, and what is never listed.

use crate::ports::{Hub, index};
use serde_json::{Value, json};

fn capability(id: &str, name: &str, summary: &str) -> String {
    format!("- {{id: {id}, name: {name}, summary: {summary}}}\n")
}

fn of(capabilities: &[String]) -> String {
    format!("version: 1\ncapabilities:\n{}", capabilities.concat())
}

fn webhook(id: &str) -> String {
    capability(id, "Outgoing webhooks", "\"Calls subscribers' URLs when something happens, signed, with retries\"")
}

fn dispatch() -> String {
    capability("capability.notify.dispatch", "Notify by webhook", "\"POSTs to subscribers' URLs, signed, retried\"")
}

fn other() -> String {
    capability("capability.geo.code", "Geocode addresses", "Turns addresses into coordinates")
}

async fn filled() -> Hub {
    let hub = Hub::new();
    hub.register("filler", index("filler", 40, 1)).await;
    hub.register("bus", of(&[webhook("capability.webhook.deliver"), other()])).await;
    hub.register("notify", of(&[dispatch()])).await;
    hub
}

/// The pairs of an answer as `repo id, repo id`.
fn pairs(page: &Value) -> Vec<String> {
    let text = |entry: &Value, name: &str| entry[name].as_str().expect("text").to_owned();
    let side = |entry: &Value| format!("{} {}", text(entry, "source_repo"), text(entry, "id"));
    let pairs = page["overlaps"].as_array().expect("a list");
    pairs.iter().map(|pair| format!("{}, {}", side(&pair["capabilities"][0]), side(&pair["capabilities"][1]))).collect()
}

const PAIR: &str = "bus capability.webhook.deliver, notify capability.notify.dispatch";

#[tokio::test]
async fn what_does_the_same_in_two_repos_is_a_pair() {
    let hub = filled().await;
    let page = hub.get("/v1/overlaps").await;
    assert_eq!((pairs(&page), &page["complete"], &page["next"]), (vec![PAIR.to_owned()], &json!(true), &Value::Null));
    let pair = &page["overlaps"][0];
    assert!(pair["score"].as_u64().is_some_and(|score| (44..=100).contains(&score)), "{pair}");
    assert_eq!(pair["words"][0], "webhook", "{pair}");
    assert_eq!(pair["capabilities"][1]["name"], "Notify by webhook");
    for (repo, count) in [("notify", 1), ("bus", 1), ("filler", 0)] {
        assert_eq!(pairs(&hub.get(&format!("/v1/overlaps?repo={repo}")).await).len(), count, "{repo}");
    }
    let html = hub.text("/overlaps").await;
    assert!(html.contains("/capabilities/capability.notify.dispatch") && html.contains("/repos/bus"), "{html}");
}

#[tokio::test]
async fn a_pair_goes_with_either_side() {
    let hub = filled().await;
    assert_eq!(pairs(&hub.get("/v1/overlaps").await), [PAIR]);
    hub.publish("notify", of(&[capability("capability.notify.dispatch", "Voice calls", "Rings somebody")]));
    hub.compose().await;
    assert_eq!(pairs(&hub.get("/v1/overlaps").await), [""; 0], "one side now does something else");
    hub.publish("notify", of(&[dispatch()]));
    hub.compose().await;
    assert_eq!(pairs(&hub.get("/v1/overlaps").await), [PAIR], "and again the same");
    hub.publish("bus", of(&[other()]));
    hub.compose().await;
    assert_eq!(hub.number("SELECT count(*) FROM \"overlaps\""), 0, "the other side is gone");
    hub.publish("bus", of(&[webhook("capability.webhook.deliver"), other()]));
    hub.compose().await;
    assert_eq!(pairs(&hub.get("/v1/overlaps").await), [PAIR]);
    hub.ask(http::Method::DELETE, "/v1/repos/bus", Value::Null).await;
    for table in ["\"overlaps\"", "overlaps_due"] {
        assert_eq!(hub.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
}

#[tokio::test]
async fn only_what_changed_is_compared_again() {
    let hub = filled().await;
    hub.get("/v1/overlaps").await;
    assert_eq!(hub.number("SELECT count(*) FROM overlaps_due"), 0);
    hub.statements();
    hub.get("/v1/overlaps").await;
    assert!(hub.statements().iter().all(|sql| !sql.starts_with("DELETE") && !sql.starts_with("INSERT")));
    hub.publish(
        "bus",
        of(&[webhook("capability.webhook.deliver"), capability("capability.geo.code", "Maps", "Tiles")]),
    );
    hub.compose().await;
    assert_eq!(hub.number("SELECT count(*) FROM overlaps_due"), 1);
    assert_eq!(pairs(&hub.get("/v1/overlaps").await), [PAIR]);
}

#[tokio::test]
async fn neither_one_repo_nor_the_deprecated_make_pairs() {
    let hub = Hub::new();
    hub.register("filler", index("filler", 40, 1)).await;
    hub.register("bus", of(&[webhook("capability.webhook.deliver"), webhook("capability.webhook.again")])).await;
    let old = dispatch().replace("name:", "status: deprecated, name:");
    hub.register("notify", of(&[old])).await;
    assert_eq!(pairs(&hub.get("/v1/overlaps").await), [""; 0]);
}

#[tokio::test]
async fn pages_have_each_pair_once_and_each_capability_few() {
    let hub = Hub::new();
    hub.register("filler", index("filler", 40, 1)).await;
    for n in 0..9 {
        hub.register(&format!("bus{n}"), of(&[webhook(&format!("capability.webhook.deliver{n}"))])).await;
    }
    let all = pairs(&hub.get("/v1/overlaps?limit=100").await);
    assert!((9..=45).contains(&all.len()), "at most five of each: {}", all.len());
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = hub.get(&format!("/v1/overlaps?limit=4{cursor}")).await;
        paged.extend(pairs(&page));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, all);
    for wrong in ["cursor=1.x", "cursor=1.44", "cursor=9", "limit=0", "limit=101"] {
        let (status, _, _) = hub.read(&format!("/v1/overlaps?{wrong}"), &[]).await;
        assert_eq!(status, 400, "{wrong}");
    }
}
