//! Pages end at a number of bytes, whatever the size of their items, and little more is read from the database.

use crate::ports::Hub;
use federation::limits::{MAX_PAGE_BYTES, MAX_READ_BYTES};
use http::Method;
use serde_json::{Value, json};

/// Maximum bytes around the items of a page.
const AROUND: usize = 4096;

/// An index of `count` capabilities, each with `fields` fields of 60 KB.
fn large(count: usize, fields: usize) -> String {
    let mut text = "version: 1\ncapabilities:\n".to_owned();
    for i in 0..count {
        text += &format!("- id: capability.large.n{i}\n  name: Large\n");
        for field in 0..fields {
            text += &format!("  field{field}: {}\n", "x".repeat(60_000));
        }
    }
    text
}

/// Follows the links of a list to its end; returns how many items were on each page.
async fn pages(hub: &Hub, path: &str, list: &str) -> Vec<usize> {
    let (mut sizes, mut path) = (Vec::new(), path.to_owned());
    loop {
        let request = http::Request::get(&path).header("authorization", "Bearer t").body("".into()).expect("a request");
        let answer = hub.send(request).await;
        assert_eq!(answer.status(), 200, "{path}");
        let page: Value = serde_json::from_slice(answer.body()).expect("JSON");
        let things = page[list].as_array().expect("a list").len();
        assert!(things > 0, "{path}: {}", page["next"]);
        assert!(answer.body().len() <= MAX_PAGE_BYTES + AROUND || things == 1, "{path}: {}", answer.body().len());
        assert!(hub.largest_result() <= MAX_READ_BYTES + (4 << 20), "{path}");
        sizes.push(things);
        assert_eq!(page["next"].is_null(), !answer.headers().contains_key("link"));
        match answer.headers().get("link") {
            None => return sizes,
            Some(link) => {
                path =
                    link.to_str().expect("text").trim_start_matches('<').split('>').next().expect("a target").to_owned()
            }
        }
    }
}

#[tokio::test]
async fn a_search_over_large_entries_goes_on_from_page_to_page() {
    let hub = Hub::new();
    hub.register("many", large(40, 3)).await;
    hub.register("huge", large(6, 15)).await;
    hub.largest_result();
    let compact = pages(&hub, "/v1/capabilities?limit=200", "capabilities").await;
    assert_eq!(compact.iter().sum::<usize>(), 46);
    assert!(compact.len() <= 5, "what is shown of each is small: {compact:?}");
    let whole = pages(&hub, "/v1/capabilities?limit=200&fields=*", "capabilities").await;
    assert_eq!(whole.iter().sum::<usize>(), 46);
    // Entries of 0.9 MB get a page each; five of 180 KB share one.
    assert_eq!(whole.iter().filter(|things| **things == 1).count(), 6, "{whole:?}");
    assert_eq!(whole.iter().max(), Some(&5), "{whole:?}");
    assert_eq!(pages(&hub, "/v1/capabilities/capability.large.n0?limit=200", "entries").await, [1, 1]);
}

#[tokio::test]
async fn lists_end_at_a_number_of_bytes_and_go_on() {
    let hub = Hub::new();
    let findings: String = (0..120).map(|i| format!("- name: {}{i}\n", "n".repeat(300))).collect();
    for i in 0..150 {
        let url = format!("https://r{i:03}.example.org/index.yaml");
        hub.sources().set(&url, format!("version: 1\ncapabilities:\n{findings}"));
        let body =
            json!({"repo": format!("r{i:03}"), "url": url, "domain": "d", "description": "\u{1F980}".repeat(1000)});
        assert_eq!(hub.ask(Method::POST, "/v1/repos", body).await.0, 201);
    }
    hub.compose().await;
    hub.largest_result();
    let repos = pages(&hub, "/v1/repos?limit=1000", "repos").await;
    assert!(repos.len() > 1 && repos.iter().sum::<usize>() == 150, "{repos:?}");
    for i in 0..150 {
        let body = json!({"description": format!("{i}{}", "\u{1F980}".repeat(900))});
        assert_eq!(hub.ask(Method::PATCH, &format!("/v1/repos/r{i:03}"), body).await.0, 200);
    }
    let events = pages(&hub, "/v1/events?limit=1000", "events").await;
    assert!(events.len() > 1 && events.iter().sum::<usize>() >= 300, "{events:?}");
    for i in 0..400 {
        let body = json!({"name": format!("t{i}"), "scopes": ["compose"], "description": "\u{1F980}".repeat(900)});
        assert_eq!(hub.ask(Method::POST, "/v1/tokens", body).await.0, 201);
    }
    let tokens = pages(&hub, "/v1/tokens?limit=1000", "tokens").await;
    assert!(tokens.len() > 1 && tokens.iter().sum::<usize>() == 400, "{tokens:?}");
}

#[tokio::test]
async fn a_log_of_large_revisions_goes_on_from_page_to_page() {
    let hub = Hub::new();
    hub.register("a", crate::ports::index("a", 1, 0)).await;
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 300), m(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM m WHERE j < 128)";
    hub.change(&format!(
        "{numbers} INSERT INTO revisions SELECT i, digest, composed_at, actor, cause, 1, 1 FROM n, revisions WHERE number = 1;
         {numbers} INSERT INTO revision_sources (revision, repo, url, domain, required, index_digest, capability_count) SELECT i, 'repo-with-a-rather-long-name-' || j, url, domain, required, index_digest, 1
           FROM n, m, revision_sources WHERE revision = 1"
    ));
    hub.largest_result();
    let log = pages(&hub, "/v1/federated/revisions?limit=1000", "revisions").await;
    assert!(log.len() > 1 && log.iter().sum::<usize>() == 300, "{log:?}");
}
