//! What is passed from hub to hub.

use super::{follow, hub, index, pairs, paths, published, status, turn, url};
use crate::ports::Hub;
use http::{Method, StatusCode};
use hub_component::hub::{Host, Setting};
use serde_json::{Value, json};

#[tokio::test]
async fn a_chain_keeps_the_hops_and_what_the_first_withdraws_leaves_the_last() {
    let (a, b, c) = (hub("hub-a"), hub("hub-b"), hub("hub-c"));
    a.register("one", index("capability.one")).await;
    a.register("two", index("capability.two")).await;
    follow(&b, "hub-a", &a, false).await;
    follow(&c, "hub-b", &b, true).await;
    assert_eq!(paths(&b).await, pairs(&[("one", "hub-a"), ("two", "hub-a")]));
    assert_eq!(paths(&c).await, pairs(&[("one", "hub-b hub-a"), ("two", "hub-b hub-a")]));
    let state = status(&c, "hub-b").await;
    assert_eq!((&state["state"], &state["offered"], &state["published"]), (&json!("current"), &json!(2), &json!(2)));
    let repo = c.get("/v1/repos/one").await;
    assert_eq!(repo["status"]["via"], json!([url("hub-b"), url("hub-a")]), "{repo}");
    assert_eq!((&repo["registered_by"], &repo["status"]["state"]), (&json!("upstream:hub-b"), &json!("fresh")));
    let page = c.text("/repos/one").await;
    assert!(page.contains("Came through") && page.contains("https://hub-a.example.org"), "{page}");
    assert_eq!(c.get("/v1/capabilities?q=one").await["total"], 1);
    assert_eq!(c.get("/v1/federated?format=json").await["sources"][0]["via"], json!([url("hub-b"), url("hub-a")]));

    a.ask(Method::DELETE, "/v1/repos/one", Value::Null).await;
    turn(&b).await;
    turn(&c).await;
    assert_eq!(paths(&c).await, pairs(&[("two", "hub-b hub-a")]));
    assert_eq!(c.ask(Method::GET, "/v1/repos/one", Value::Null).await.0, StatusCode::NOT_FOUND);
    assert_eq!(c.get("/v1/capabilities?q=one").await["total"], 0);
}

#[tokio::test]
async fn trust_does_not_pass_on_unless_the_operator_says_so() {
    let (a, b, c) = (hub("hub-a"), hub("hub-b"), hub("hub-c"));
    a.register("one", index("capability.one")).await;
    b.register("two", index("capability.two")).await;
    follow(&b, "hub-a", &a, false).await;
    follow(&c, "hub-b", &b, false).await;
    assert_eq!(paths(&c).await, pairs(&[("two", "hub-b")]));
    follow(&c, "hub-b", &b, true).await;
    assert_eq!(paths(&c).await, pairs(&[("one", "hub-b hub-a"), ("two", "hub-b")]));
    let before = c.get("/health").await["revision"].as_u64();
    // Trust that is withdrawn ends at once, even if the upstream does not respond.
    c.sources().answer("hub-b.example.org", 503, &[]);
    let body = json!({"url": url("hub-b")});
    assert_eq!(c.ask(Method::PUT, "/v1/upstreams/hub-b", body).await.0, StatusCode::OK);
    assert_eq!(paths(&c).await, pairs(&[("two", "hub-b")]));
    assert_eq!(c.get("/health").await["revision"].as_u64(), before.map(|number| number + 1));
}

#[tokio::test]
async fn a_ring_of_three_ends_at_the_same_and_leaves_no_ghost() {
    let hubs = [hub("hub-a"), hub("hub-b"), hub("hub-c")];
    let names = ["hub-a", "hub-b", "hub-c"];
    for (n, repo) in ["one", "two", "three"].into_iter().enumerate() {
        hubs[n].register(repo, index(&format!("capability.{repo}"))).await;
    }
    for (n, hub) in hubs.iter().enumerate() {
        for other in [(n + 1) % 3, (n + 2) % 3] {
            follow(hub, names[other], &hubs[other], true).await;
        }
    }
    // Turns until one changes nothing.
    let settled = async || {
        let mut before = Vec::new();
        for turns in 0..10 {
            let mut after = Vec::new();
            for hub in &hubs {
                turn(hub).await;
                after.push(hub.get("/health").await["revision"].as_u64());
            }
            if after == before {
                return turns;
            }
            before = after;
        }
        usize::MAX
    };
    assert!(settled().await <= 3);
    assert_eq!(paths(&hubs[0]).await, pairs(&[("one", ""), ("three", "hub-c"), ("two", "hub-b")]));
    assert_eq!(paths(&hubs[2]).await, pairs(&[("one", "hub-a"), ("three", ""), ("two", "hub-b")]));
    // The index changes, then the repo is withdrawn.
    hubs[0].publish("one", index("capability.changed"));
    hubs[0].ask(Method::POST, "/v1/repos/one/refresh", Value::Null).await;
    assert!(settled().await <= 3);
    let of = published(&hubs[0]).await[0].1.clone();
    for hub in &hubs {
        assert_eq!(published(hub).await[0].1, of);
    }
    hubs[0].ask(Method::DELETE, "/v1/repos/one", Value::Null).await;
    assert!(settled().await <= 3);
    for hub in &hubs {
        let repos: Vec<String> = paths(hub).await.into_iter().map(|(repo, _)| repo).collect();
        assert_eq!(repos, ["three", "two"]);
    }
}

#[tokio::test]
async fn a_longer_way_is_taken_when_the_shorter_one_ends() {
    let (a, b, c) = (hub("hub-a"), hub("hub-b"), hub("hub-c"));
    a.register("one", index("capability.one")).await;
    follow(&b, "hub-a", &a, false).await;
    follow(&c, "hub-b", &b, true).await;
    follow(&c, "hub-a", &a, false).await;
    assert_eq!(paths(&c).await, pairs(&[("one", "hub-a")]));
    assert_eq!(c.ask(Method::DELETE, "/v1/upstreams/hub-a", Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(paths(&c).await, pairs(&[("one", "hub-b hub-a")]));
    assert_eq!(c.ask(Method::DELETE, "/v1/upstreams/hub-b", Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(paths(&c).await, pairs(&[]));
}

#[tokio::test]
async fn what_is_registered_here_beats_every_hop_and_conflicts_are_listed() {
    let (a, b, c) = (hub("hub-a"), hub("hub-b"), hub("hub-c"));
    a.register("one", index("capability.of-a")).await;
    b.register("one", index("capability.of-b")).await;
    follow(&c, "hub-b", &b, false).await;
    follow(&c, "hub-a", &a, false).await;
    let digest =
        |hub: &str| federation::digest::Digest::of(index(&format!("capability.of-{hub}")).as_bytes()).to_string();
    assert_eq!(published(&c).await, [("one".to_owned(), digest("a"), vec!["hub-a".to_owned()])]);
    assert_eq!(status(&c, "hub-a").await["conflicts"]["total"], 0);
    let of_b = status(&c, "hub-b").await["conflicts"].clone();
    let listed = json!([{"repo": "one", "offered": digest("b"), "published": digest("a"), "upstream": "hub-a"}]);
    assert_eq!((&of_b["total"], &of_b["listed"]), (&json!(1), &listed));
    assert_eq!(c.get("/v1/upstreams").await["upstreams"][1]["status"]["conflicts"], json!({"total": 1, "listed": []}));

    c.register("one", index("capability.of-c")).await;
    assert_eq!(published(&c).await, [("one".to_owned(), digest("c"), vec![])]);
    let of_a = status(&c, "hub-a").await;
    assert_eq!((&of_a["published"], &of_a["conflicts"]["listed"][0]["upstream"]), (&json!(0), &Value::Null));
    assert_eq!(of_a["conflicts"]["total"], 1);
    turn(&c).await;
    assert_eq!(c.ask(Method::DELETE, "/v1/repos/one", Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(published(&c).await, [("one".to_owned(), digest("a"), vec!["hub-a".to_owned()])]);
}

#[tokio::test]
async fn a_mirror_follows_a_hub_with_upstreams() {
    let (a, b) = (hub("hub-a"), hub("hub-b"));
    a.register("one", index("capability.one")).await;
    follow(&b, "hub-a", &a, false).await;
    let public_url = url("mirror");
    let setting = Setting { public_url, host: Host::Serve, primary: url("hub-b"), ..Setting::default() };
    let mirror = Hub::new().at(setting);
    mirror.sources().is_hub("hub-b.example.org", &b);
    crate::eventually::eventually(async || {
        let path = "/v1/federated?min_revision=1&format=json";
        (mirror.read(path, &[]).await.0 == StatusCode::OK).then_some(())
    })
    .await;
    for path in ["/v1/federated", "/v1/federated?format=json", "/v1/federated/manifest"] {
        let plain = [("accept-encoding", "identity")];
        assert_eq!(mirror.read(path, &plain).await.2, b.read(path, &plain).await.2, "{path}");
    }
    assert_eq!(mirror.get("/v1/repos/one").await["status"]["via"], json!([url("hub-a")]));
    assert_eq!(mirror.get("/v1/federated/log").await.get("hub"), None);
}
