//! Lists of sources: what the database filters, counts and pages matches the records of the sources at any time.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const STATES: [&str; 6] = ["pending", "fresh", "stale", "held", "failed", "disabled"];

fn names(page: &Value) -> Vec<&str> {
    page["repos"].as_array().expect("a list").iter().map(|it| it["repo"].as_str().expect("a name")).collect()
}

/// A hub with a source in each state, and one whose time to live is short.
async fn every_way() -> Hub {
    let hub = Hub::new();
    for repo in ["fresh", "short", "stale", "held", "moved", "off"] {
        hub.register(repo, index(repo, 20, 0)).await;
    }
    hub.publish("stale", "no index".to_owned());
    hub.publish("held", index("held", 1, 0));
    hub.publish("failed", "no index".to_owned());
    let failed =
        json!({"repo": "failed", "url": "https://failed.example.org/index.yaml", "domain": "e", "required": false});
    assert_eq!(hub.ask(Method::POST, "/v1/repos", failed).await.0, StatusCode::CREATED);
    hub.compose().await;
    for (repo, patch) in [
        ("short", json!({"cache_ttl_seconds": 0})),
        ("moved", json!({"url": "https://nowhere.example.org/"})),
        ("off", json!({"enabled": false, "description": "Größe 100%_!"})),
    ] {
        let (status, answer) = hub.ask(Method::PATCH, &format!("/v1/repos/{repo}"), patch).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    hub
}

#[tokio::test]
async fn a_list_by_state_has_those_that_are_in_it_at_any_time() {
    let hub = every_way().await;
    let mut seen = Vec::new();
    for seconds in [0, 300, 1, 7000, 199, 1, 100_000] {
        hub.pass(seconds);
        let all = hub.get("/v1/repos").await;
        assert_eq!((names(&all).len(), &all["total"]), (7, &json!(7)));
        let metrics = hub.text("/metrics").await;
        for state in STATES {
            let of_state = |it: &&Value| it["status"]["state"] == state;
            let expected: Vec<&Value> = all["repos"].as_array().expect("a list").iter().filter(of_state).collect();
            let expected: Vec<&str> = expected.iter().map(|it| it["repo"].as_str().expect("a name")).collect();
            let found = hub.get(&format!("/v1/repos?state={state}")).await;
            assert_eq!((names(&found), &found["total"]), (expected.clone(), &json!(expected.len())), "{state}");
            let count = expected.len();
            assert_eq!(found["states"], all["states"], "whatever state is asked for");
            assert_eq!(found["states"][state].as_u64().unwrap_or_default(), count as u64, "{state}");
            assert!(metrics.contains(&format!("reuse_surface_repos{{state=\"{state}\"}} {count}\n")), "{metrics}");
            seen.push((state, expected.join(" ")));
        }
        // The first page begins to refresh what is due, and the second one shows what that led to.
        hub.text("/repos").await;
        hub.settle().await;
        let counts = hub.get("/v1/repos").await["states"].take();
        let page = hub.text("/repos").await;
        for state in STATES {
            let count = counts[state].as_u64().unwrap_or_default();
            let choice = format!("</svg>{state}</span> <span class=\"number\">{count}</span>");
            assert_eq!(page.contains(&choice), count > 0, "{choice}");
        }
        // A time to live of 0 seconds is over again.
        hub.settle().await;
    }
    seen.sort();
    seen.dedup();
    let of =
        |state: &str| seen.iter().filter(|(it, _)| *it == state).map(|(_, repos)| repos.as_str()).collect::<Vec<_>>();
    assert_eq!(of("fresh"), ["", "fresh", "fresh short"], "time alone makes stale");
    assert_eq!(of("stale"), ["fresh moved short stale", "moved short stale", "moved stale"]);
    assert_eq!((of("held"), of("failed"), of("disabled")), (vec!["held"], vec!["failed"], vec!["off"]));
}

/// As the hub does where it has them in memory: a page that the database orders in another way would skip some.
#[tokio::test]
async fn everything_is_in_the_order_of_its_bytes() {
    let hub = Hub::new();
    let repos = ["a-b", "a.c", "a_b", "ab"];
    for repo in ["a_b", "ab", "a.c", "a-b"] {
        hub.register(repo, index(repo, 1, 0)).await;
    }
    let (mut path, mut paged) = ("/v1/repos?limit=1".to_owned(), Vec::new());
    for _ in repos {
        let page = hub.get(&path).await;
        paged.extend(names(&page).into_iter().map(str::to_owned));
        path = format!("/v1/repos?limit=1&cursor={}", page["next"].as_str().unwrap_or_default());
    }
    assert_eq!(paged, repos);
    let document = hub.get("/v1/federated?format=json").await;
    let of = |list: &str, name: &str| -> Vec<String> {
        let list = document[list].as_array().expect("a list");
        list.iter().map(|it| it[name].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!((of("sources", "repo"), of("capabilities", "source_repo")), (repos.map(str::to_owned).into(), paged));
    let found = hub.get("/v1/capabilities?q=version").await;
    let found: Vec<_> = found["capabilities"].as_array().expect("a list").iter().map(|it| &it["source_repo"]).collect();
    assert_eq!(found, repos);
}

#[tokio::test]
async fn words_are_found_in_any_case_and_mean_themselves() {
    let hub = every_way().await;
    for (query, found) in [
        ("q=GR%C3%96SSE", ""),
        ("q=gr%C3%B6%C3%9Fe", "off"),
        ("q=GR%C3%96%C3%9FE%20off", "off"),
        ("q=100%25", "off"),
        ("q=0%25_!", "off"),
        ("q=_", "off"),
        ("q=nowhere%20D", "moved"),
        ("q=example%20failed&domain=e", "failed"),
        ("q=example&domain=e&enabled=false", ""),
        ("q=%20&enabled=false", "off"),
        ("q=index.yaml&limit=2&cursor=1.fresh", "held off"),
    ] {
        let page = hub.get(&format!("/v1/repos?{query}")).await;
        assert_eq!(names(&page).join(" "), found, "{query}: {page}");
    }
    let long = "x%20".repeat(501);
    for query in [format!("q={long}"), "q=%00".to_owned(), "cursor=1.%00".to_owned(), format!("domain={long}")] {
        let (status, answer) = hub.ask(Method::GET, &format!("/v1/repos?{query}"), Value::Null).await;
        assert_eq!((status.as_u16(), &answer["code"]), (400, &json!("invalid-query")), "{query:.20}: {answer}");
    }
    let words = "~%20".repeat(16);
    assert_eq!(hub.get(&format!("/v1/repos?q={}", &words[..words.len() - 3])).await["total"], 0, "the most words");
}

#[tokio::test]
async fn a_list_reads_the_records_that_it_shows() {
    let hub = Hub::new();
    for i in 0..12 {
        hub.register(&format!("r{i:02}"), index("a", 1, 0)).await;
    }
    hub.change("UPDATE source_state SET record = 'damaged' WHERE repo >= 'r05'");
    let page = hub.get("/v1/repos?limit=4").await;
    assert_eq!((names(&page), &page["total"]), (vec!["r00", "r01", "r02", "r03"], &json!(12)), "{page}");
    assert!(hub.text("/metrics").await.contains("reuse_surface_repos{state=\"fresh\"} 12\n"));
    let page = hub.get("/v1/repos?limit=6").await;
    assert_eq!(page["repos"][4]["status"]["reason"], Value::Null, "{page}");
    assert_eq!(page["repos"][5]["status"]["reason"], "record-lost", "{page}");
}

#[tokio::test]
async fn a_read_sets_off_the_refresh_of_what_is_due_without_reading_the_rest() {
    let hub = Hub::new();
    for repo in ["due", "later"] {
        hub.register(repo, index(repo, 1, 0)).await;
    }
    let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/later", json!({"cache_ttl_seconds": 600_000})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    hub.pass(4000);
    hub.change(
        "UPDATE source_state SET record = 'damaged', next_check_at = next_check_at + 600000 WHERE repo = 'later'",
    );
    hub.publish("due", index("due", 2, 1));
    hub.get("/v1/federated?format=json").await;
    hub.settle().await;
    assert_eq!(hub.get("/v1/federated?format=json").await["capabilities"].as_array().map(Vec::len), Some(3));
}
