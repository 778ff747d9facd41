//! Pages of one search fit together, whatever is published meanwhile, as long as its revision is kept.

use super::{Random, VOCABULARY, encoded, places, random_index, text};
use crate::ports::{Hub, index};
use http::{HeaderMap, Method};
use serde_json::{Value, json};

const HOUR: i64 = 3600;

async fn change_something(hub: &Hub, random: &mut Random) {
    let repo = *random.of(&["a", "b", "c"]);
    match random.below(4) {
        0 => {
            let patch = json!({"enabled": random.below(3) > 0, "domain": random.of(&["d", "e"])});
            hub.ask(Method::PATCH, &format!("/v1/repos/{repo}"), patch).await;
        }
        1 => drop(hub.ask(Method::POST, &format!("/v1/repos/{repo}/release"), Value::Null).await),
        _ => {
            hub.publish(repo, random_index(random));
            hub.compose().await;
        }
    }
}

#[tokio::test]
async fn pages_are_the_search_of_one_revision_while_others_publish() {
    let seed = 0x5eed_0002;
    let mut random = Random(seed);
    let mut moved = 0;
    let hub = Hub::new();
    for repo in ["a", "b", "c"] {
        hub.register(repo, random_index(&mut random)).await;
    }
    for _ in 0..40 {
        let search = format!("/v1/capabilities?q={}", encoded(&random.words(&VOCABULARY, 1)));
        let whole = hub.get(&format!("{search}&limit=200")).await;
        let mut pages: Vec<String> = Vec::new();
        let mut cursor = String::new();
        loop {
            let limit = random.below(4) + 1;
            let budget = random.of(&["", "&budget_tokens=120", "&budget_tokens=400"]);
            let page = hub.get(&format!("{search}&limit={limit}{budget}{cursor}")).await;
            assert_eq!((&page["total"], &page["revision"]), (&whole["total"], &whole["revision"]), "seed {seed:x}");
            let places = places(&page);
            assert!(places.len() <= limit && (!places.is_empty() || whole["total"] == 0), "a page comes on");
            pages.extend(places);
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={}", encoded(next));
            change_something(&hub, &mut random).await;
        }
        assert_eq!(pages, places(&whole), "seed {seed:x}: {search}");
        let newest = hub.get("/v1/federated/manifest").await;
        moved += usize::from(newest["revision"] != whole["revision"]);
    }
    assert!(moved > 20, "seed {seed:x}: the revision moved during {moved} searches only");
}

#[tokio::test]
async fn a_search_can_be_continued_for_a_day() {
    let hub = Hub::new();
    hub.register("a", index("a", 6, 0)).await;
    let page = hub.get("/v1/capabilities?q=version&limit=4").await;
    let rest = format!("/v1/capabilities?q=version&cursor={}", page["next"].as_str().expect("more"));
    hub.publish("a", index("a", 6, 1));
    hub.compose().await;
    let entries = || hub.number("SELECT count(*) FROM search_entries");
    hub.pass(23 * HOUR);
    hub.compose().await;
    assert_eq!((&hub.get(&rest).await["capabilities"][0]["name"], entries()), (&json!("Version 0"), 12));
    hub.pass(HOUR + 1);
    hub.compose().await;
    let (status, answer) = hub.ask(Method::GET, &rest, Value::Null).await;
    assert_eq!((status.as_u16(), &answer["code"]), (410, &json!("revision-gone")), "{answer}");
    assert_eq!(entries(), 6);
    assert_eq!(hub.get("/v1/capabilities?q=version").await["total"], 6);

    // Content that comes back after its words were pruned is found again.
    hub.publish("a", index("a", 6, 0));
    hub.compose().await;
    assert_eq!(hub.get("/v1/capabilities?q=version").await["capabilities"][0]["name"], "Version 0");
}

#[tokio::test]
async fn a_filtered_search_stays_in_its_revision_too() {
    let hub = Hub::new();
    hub.register("a", index("a", 5, 0)).await;
    hub.register("b", index("b", 5, 0)).await;
    for (version, filter) in ["&domain=d", "&repo=a", "&domain=d&repo=a"].into_iter().enumerate() {
        let page = hub.get(&format!("/v1/capabilities?q=version&limit=2{filter}")).await;
        hub.publish("b", index("b", 5, version + 1));
        hub.compose().await;
        let next = encoded(page["next"].as_str().expect("more"));
        let rest = hub.get(&format!("/v1/capabilities?q=version{filter}&cursor={next}")).await;
        assert_eq!((&rest["revision"], &rest["total"]), (&page["revision"], &page["total"]), "{filter}: {rest}");
        assert_eq!(rest["shown"].as_u64(), page["total"].as_u64().map(|total| total - 2), "{filter}: {rest}");
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_search_alone() {
    let hub = Hub::new();
    hub.register("a", index("a", 6, 0)).await;
    let page = hub.get("/v1/capabilities?q=version&limit=4").await;
    let cursor = page["next"].as_str().expect("more");
    for (query, status, says) in [
        ("q=Version&tag=", 400, "another search"),
        ("q=version&repo=a", 400, "another search"),
        ("q=versions", 400, "another search"),
        ("q=version&q=more", 400, "another search"),
        ("", 400, "another search"),
        ("q=%20version&fields=*&limit=1&budget_tokens=200", 200, ""),
    ] {
        let path = format!("/v1/capabilities?{query}&cursor={cursor}");
        let (answered, answer) = hub.ask(Method::GET, &path, Value::Null).await;
        assert_eq!(answered.as_u16(), status, "{path}: {answer}");
        assert!(answer["detail"].as_str().unwrap_or_default().contains(says), "{answer}");
    }
    // Cursors that were never issued, although they have the form: of a future revision, or after the last result.
    for (old, new) in [("1.1.", "1.2."), (".3.a", ".999.a")] {
        let path = format!("/v1/capabilities?q=version&cursor={}", cursor.replace(old, new));
        let (status, answer) = hub.ask(Method::GET, &path, Value::Null).await;
        assert_eq!((status.as_u16(), &answer["code"]), (400, &json!("invalid-query")), "{path}: {answer}");
    }
}

/// The address of the next page of a list.
fn next(headers: &HeaderMap) -> Option<String> {
    let link = headers.get("link")?.to_str().expect("text");
    let address = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\""));
    Some(address.expect("a link to the next page").to_owned())
}

#[tokio::test]
async fn every_page_is_reached_by_the_links_alone() {
    let hub = Hub::new();
    for repo in ["a", "b", "c"] {
        hub.register(repo, index("shared", 5, 0)).await;
    }
    for (first, total, list) in [
        ("/v1/capabilities?limit=4&q=n%33%20version&domain=d", 3, "capabilities"),
        ("/v1/capabilities?q=version&budget_tokens=120", 15, "capabilities"),
        ("/v1/capabilities/capability.shared.n2?fields=name&limit=1", 3, "entries"),
    ] {
        let (mut path, mut seen) = (Some(first.to_owned()), Vec::new());
        while let Some(here) = path {
            let (status, headers, body) = hub.read(&here, &[]).await;
            let page: Value = serde_json::from_slice(&body).expect("JSON");
            assert_eq!(status, 200, "{here}: {page}");
            let link = next(&headers);
            assert_eq!(link.is_some(), page["next"].is_string(), "{here}: {headers:?}");
            let found = page[list].as_array().expect("a list").iter();
            seen.extend(found.map(|it| format!("{} {}", text(&it["source_repo"]), text(&it["id"]))));
            path = link;
        }
        let met = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((met, seen.len()), (total, total), "{first}");
    }
}
