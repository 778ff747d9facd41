//! `GET /v0.1/servers`.

use super::{filled, get, list, server};
use crate::ports::Hub;
use serde_json::{Value, json};

const OWN: &str = "org.example.hub/reuse-surface";

fn names(page: &Value) -> Vec<&str> {
    list(page, "servers").iter().filter_map(|it| it["server"]["name"].as_str()).collect()
}

fn index(server: Value) -> String {
    json!({"version": 1, "capabilities": [{"id": "capability.a", "name": "A", "mcp_server": server}]}).to_string()
}

#[tokio::test]
async fn the_hub_stands_first_and_every_item_is_whole() {
    let hub = filled().await;
    let (status, headers, page) = get(&hub, "/v0.1/servers?limit=50&version=latest").await;
    assert_eq!((status, names(&page)), (200, vec![OWN, "org.example/maps", "org.example/weather"]));
    assert!(headers.contains_key("etag") && headers.contains_key("reuse-surface-memo"), "{headers:?}");
    assert_eq!(page["metadata"], json!({"count": 3}));
    for item in list(&page, "servers") {
        let described = &item["server"];
        for field in ["name", "title", "description", "version"] {
            let length = described[field].as_str().expect("a text").chars().count();
            assert!((1..=100).contains(&length), "{field}: {described}");
        }
        assert!(described["$schema"].as_str().is_some_and(|it| it.ends_with("/2025-12-11/server.schema.json")));
        let official = &item["_meta"]["io.modelcontextprotocol.registry/official"];
        assert!(["active", "deprecated"].contains(&official["status"].as_str().expect("a status")));
        assert_eq!(official["isLatest"], true);
    }
    let maps = &list(&page, "servers")[1];
    assert_eq!(maps["_meta"]["io.modelcontextprotocol.registry/official"]["status"], "deprecated");
    assert_eq!(
        maps["_meta"]["social.coulomb.reuse/capability"],
        json!({"id": "capability.more.maps", "repo": "more", "domain": "d"})
    );
    assert_eq!(maps["server"]["remotes"], server("", "")["remotes"]);
}

#[tokio::test]
async fn pages_fit_together_and_the_cursor_has_the_search() {
    let hub = filled().await;
    for (search, expected) in [
        ("", vec![OWN, "org.example/maps", "org.example/weather"]),
        ("weather", vec!["org.example/weather"]),
        ("org.example", vec![OWN, "org.example/maps", "org.example/weather"]),
        ("coffee", vec![]),
        ("reuse-surface", vec![OWN]),
        ("%25%25", vec![OWN, "org.example/maps", "org.example/weather"]),
    ] {
        for limit in [1, 2, 3, 30] {
            let (mut found, mut path) = (Vec::new(), format!("/v0.1/servers?limit={limit}&search={search}"));
            loop {
                let (status, _, page) = get(&hub, &path).await;
                assert_eq!(status, 200, "{path}: {page}");
                assert!(names(&page).len() <= limit, "{path}: {page}");
                assert_eq!(page["metadata"]["count"], names(&page).len());
                found.extend(names(&page).into_iter().map(str::to_owned));
                let Some(cursor) = page["metadata"]["nextCursor"].as_str() else { break };
                let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
                assert!(cursor.chars().all(plain), "clients do not encode it: {cursor}");
                // Clients send the search on the first page only.
                path = format!("/v0.1/servers?limit={limit}&cursor={cursor}");
            }
            found.sort();
            let mut expected = expected.clone();
            expected.sort_unstable();
            assert_eq!(found, expected, "{search} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_server_is_read_by_name_and_version() {
    let hub = filled().await;
    let (_, _, page) = get(&hub, "/v0.1/servers").await;
    for item in list(&page, "servers") {
        let name = item["server"]["name"].as_str().expect("a name").replace('/', "%2F");
        let version = item["server"]["version"].as_str().expect("a version");
        for version in ["latest", version] {
            let (status, _, server) = get(&hub, &format!("/v0.1/servers/{name}/versions/{version}")).await;
            assert_eq!((status, &server), (200, item), "{name} {version}");
        }
        let (status, _, versions) = get(&hub, &format!("/v0.1/servers/{name}/versions")).await;
        assert_eq!((status, versions), (200, json!({"servers": [item], "metadata": {"count": 1}})));
    }
    for path in [
        "org.example%2Fweather/versions/9.9.9",
        "org.example%2FWeather/versions/latest",
        "org.example%2Fnone/versions/latest",
        "org.example%2Fnone/versions",
        "none/versions",
        "org.example%252Fweather/versions/latest",
    ] {
        let (status, _, problem) = get(&hub, &format!("/v0.1/servers/{path}")).await;
        assert_eq!(
            (status, &problem["code"], &problem["error"]),
            (404, &json!("server-not-found"), &problem["detail"]),
            "{path}"
        );
    }
    let (status, _, problem) = get(&hub, "/v0.1/servers/%00/versions/%00").await;
    assert_eq!((status, &problem["code"]), (404, &json!("not-found")), "{problem}");
    assert_eq!(get(&hub, "/v0.1/servers/org.example%2Fweather").await.0, 404, "the registry has no such path");
}

#[tokio::test]
async fn a_name_that_several_claim_is_nobodys() {
    let hub = filled().await;
    hub.register("rival", index(server("Org.Example/Weather", "6.6.6"))).await;
    hub.register("impostor", index(server("org.example.hub/Reuse-Surface", "6.6.6"))).await;
    let (_, _, page) = get(&hub, "/v0.1/servers").await;
    assert_eq!(names(&page), [OWN, "org.example/maps"]);
    for (name, repos) in [
        ("org.example%2Fweather", vec!["`rival`", "`tools`"]),
        ("Org.Example%2FWeather", vec!["`rival`", "`tools`"]),
        ("org.example.hub%2FReuse-Surface", vec!["`impostor`"]),
    ] {
        let (status, _, problem) = get(&hub, &format!("/v0.1/servers/{name}/versions/latest")).await;
        assert_eq!((status, &problem["code"]), (404, &json!("server-contested")), "{name}");
        let detail = problem["error"].as_str().expect("a text");
        assert!(repos.iter().all(|repo| detail.contains(repo)), "{detail}");
    }
    let own = get(&hub, "/v0.1/servers/org.example.hub%2Freuse-surface/versions/latest").await.2;
    assert_eq!(own["server"]["remotes"][0]["url"], "https://hub.example.org/mcp");
    // Once one of them gives up the name, the other has it.
    hub.publish("rival", index(server("org.example/other", "1")));
    hub.compose().await;
    assert_eq!(
        names(&get(&hub, "/v0.1/servers").await.2),
        [OWN, "org.example/maps", "org.example/other", "org.example/weather"]
    );
}

#[tokio::test]
async fn the_list_is_filtered_by_time_and_version() {
    let hub = filled().await;
    let composed = hub.get("/v1/federated?format=json").await["composed_at"].as_str().expect("a time").to_owned();
    for (query, count) in [
        (format!("updated_since={composed}&include_deleted=true"), 3),
        ("updated_since=2020-01-01T00:00:00.5%2B01:00".to_owned(), 3),
        ("updated_since=2100-01-01T00:00:00Z".to_owned(), 0),
        ("version=1.2.0".to_owned(), 1),
        ("version=9".to_owned(), 0),
        ("limit=0".to_owned(), 1),
        ("limit=4294967295".to_owned(), 3),
    ] {
        let (status, _, page) = get(&hub, &format!("/v0.1/servers?{query}")).await;
        assert_eq!((status, names(&page).len(), &page["metadata"]["count"]), (200, count, &json!(count)), "{query}");
    }
    for query in [
        "updated_since=soon",
        "limit=many",
        "cursor=x",
        "cursor=0~%21",
        "cursor=1.1.00000000.0.0.a~",
        "include_deleted=maybe",
        "colour=red",
    ] {
        let (status, _, problem) = get(&hub, &format!("/v0.1/servers?{query}")).await;
        assert_eq!((status, &problem["code"]), (400, &json!("invalid-query")), "{query}");
        assert_eq!(problem["error"], problem["detail"], "{query}");
    }
}

#[tokio::test]
async fn a_hub_without_anything_lists_itself() {
    assert_eq!(names(&get(&Hub::new(), "/v0.1/servers").await.2), [OWN]);
}
