//! `GET /agents`, and the manifest.

use super::{MCP_SERVER, filled, get, ids, list};
use crate::ports::Hub;
use serde_json::{Value, json};

fn encoded(identifier: &Value) -> String {
    identifier.as_str().expect("an identifier").replace(':', "%3A")
}

#[tokio::test]
async fn the_list_has_every_capability_once() {
    let hub = filled().await;
    let (status, headers, page) = get(&hub, "/agents").await;
    assert_eq!((status, &page["total"], page.get("results"), page.get("pageToken")), (200, &json!(5), None, None));
    assert!(headers.contains_key("etag") && headers.contains_key("reuse-surface-memo"), "{headers:?}");
    let whole = ids(list(&page, "items"));
    let (mut found, mut path) = (Vec::new(), "/agents?pageSize=2".to_owned());
    loop {
        let (_, headers, page) = get(&hub, &path).await;
        assert_eq!(page["total"], 5);
        found.extend(ids(list(&page, "items")).into_iter().map(str::to_owned));
        let Some(token) = page["pageToken"].as_str() else { break };
        assert!(headers["link"].to_str().is_ok_and(|link| link.contains(&format!("pageToken={token}"))), "{headers:?}");
        path = format!("/agents?pageSize=2&pageToken={token}");
    }
    assert_eq!(found, whole);
    for (query, count) in
        [(MCP_SERVER, 2), ("application/mcp-server%2Bjson,application/a2a-agent-card%2Bjson", 3), ("text/none", 0)]
    {
        let (_, _, page) = get(&hub, &format!("/agents?type={}", query.replace('+', "%2B"))).await;
        assert_eq!((&page["total"], list(&page, "items").len()), (&json!(count), count), "{query}");
    }
}

#[tokio::test]
async fn a_client_that_counts_gets_what_it_reads() {
    let hub = filled().await;
    let (_, _, all) = get(&hub, "/agents").await;
    let mut found = Vec::new();
    for offset in [0, 2, 4, 6] {
        let (status, _, page) = get(&hub, &format!("/agents?pageSize=2&offset={offset}")).await;
        let answered = (status, &page["total"], &page["offset"], &page["pageSize"], &page["results"]);
        assert_eq!(answered, (200, &json!(5), &json!(offset), &json!(2), &page["items"]), "{offset}");
        found.extend(list(&page, "results").clone());
    }
    assert_eq!(&found, list(&all, "items"));
    let (status, _, page) = get(&hub, "/agents?offset=4294967295&pageSize=4294967295").await;
    assert_eq!((status, &page["results"], &page["pageSize"]), (200, &json!([]), &json!(100)));
    for query in ["filter=type", "orderBy=displayName", "pageSize=many", "offset=-1", "pageToken=x"] {
        let (status, _, problem) = get(&hub, &format!("/agents?{query}")).await;
        assert_eq!((status, &problem["errorCode"]), (400, &json!("INVALID_ARGUMENT")), "{query}");
    }
}

#[tokio::test]
async fn a_resource_is_read_by_its_identifier() {
    let hub = filled().await;
    let (_, _, page) = get(&hub, "/agents").await;
    for item in list(&page, "items") {
        let path = format!("/agents/{}", encoded(&item["identifier"]));
        let (status, headers, resource) = get(&hub, &path).await;
        assert_eq!((status, &resource), (200, item));
        assert!(resource.get("score").is_none() && resource.get("source").is_none(), "{resource}");
        assert_eq!(headers["cache-control"], "public, no-cache");
        let tag = headers["etag"].to_str().expect("a tag");
        let (status, _, body) = hub.read(&path, &[("if-none-match", tag)]).await;
        assert_eq!((status.as_u16(), body.len()), (304, 0));
        let plain = format!("/agents/{}", item["identifier"].as_str().expect("a text"));
        assert_eq!(get(&hub, &plain).await.0, 200, "a colon may stand in a path");
    }
    let (_, _, publish) = get(&hub, "/agents/urn%3aair%3ahub.example.org%3Astate-hub%3Acapability.state.publish").await;
    assert_eq!(list(&publish, "representativeQueries").len(), 2);
}

#[tokio::test]
async fn what_is_no_resource_is_refused_as_the_standard_says() {
    let hub = filled().await;
    for (identifier, status, code) in [
        ("urn%3Aair%3Aard-conformance.invalid%3Aprobe%3Anot-found", 404, "NOT_FOUND"),
        ("urn%3Aair%3Ahub.example.org%3Astate-hub%3Acapability.state.none", 404, "NOT_FOUND"),
        ("urn%3Aair%3Ahub.example.org%3Atools%3Acapability.state.publish", 404, "NOT_FOUND"),
        ("urn%3Aair%3Ahub.example.org%3Astate-hub%3ACapability.State.Publish", 404, "NOT_FOUND"),
        ("urn%3Aair%3Ahub.example.org%3Acapability.state.publish", 404, "NOT_FOUND"),
        ("not-a-valid-ard-urn", 400, "INVALID_ARGUMENT"),
        ("urn%253Aair%253Ahub.example.org%253Astate-hub%253Acapability.state.publish", 400, "INVALID_ARGUMENT"),
        ("urn%3Aair%3Ahub.example.org%3A%zz", 400, "INVALID_ARGUMENT"),
        ("urn%3Aair%3Ahub.example.org%3A%ff", 400, "INVALID_ARGUMENT"),
        ("urn%3Aair%3Ahub.example.org%3Aa%00", 400, "INVALID_ARGUMENT"),
        ("urn%3Aair%3Ahub.example.org%3Aa%2Fb", 400, "INVALID_ARGUMENT"),
    ] {
        let (found, headers, problem) = get(&hub, &format!("/agents/{identifier}")).await;
        assert_eq!((found, problem["errorCode"].as_str()), (status, Some(code)), "{identifier}");
        assert!(problem["message"].as_str().is_some_and(|it| !it.is_empty() && problem["detail"] == it), "{problem}");
        assert_eq!(
            (&headers["cache-control"], &headers["content-type"]),
            (&"no-store".parse().expect("a value"), &"application/problem+json".parse().expect("a value"))
        );
    }
    let (_, _, problem) = get(&hub, "/v1/repos/none").await;
    assert!(problem.get("errorCode").is_none() && problem.get("error").is_none(), "{problem}");
}

#[tokio::test]
async fn the_manifest_leads_to_the_hub_itself() {
    let hub = filled().await;
    let manifest = hub.text("/.well-known/ard.json").await;
    assert_eq!(hub.text("/.well-known/ai-catalog.json").await, manifest);
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    let mut root: Vec<&String> = manifest.as_object().expect("an object").keys().collect();
    root.sort();
    assert_eq!(root, ["entries", "host", "specVersion"], "clients of ARD 0.9 refuse others");
    assert_eq!(
        manifest["host"],
        json!({"displayName": "reuse-surface", "documentationUrl": "https://hub.example.org/llms.txt"})
    );
    let entries = list(&manifest, "entries");
    let types: Vec<&Value> = entries.iter().map(|it| &it["type"]).collect();
    assert_eq!(types, ["application/ai-registry+json", MCP_SERVER]);
    for entry in entries {
        assert!((2..=5).contains(&list(entry, "representativeQueries").len()), "{entry}");
        let (status, _, resource) = get(&hub, &format!("/agents/{}", encoded(&entry["identifier"]))).await;
        assert_eq!((status, &resource), (200, entry));
    }
    assert_eq!(entries[0]["url"], "https://hub.example.org");
    let url =
        entries[1]["url"].as_str().and_then(|url| url.strip_prefix("https://hub.example.org")).expect("of the hub");
    let (status, _, server) = get(&hub, url).await;
    assert_eq!((status, &server["server"]["remotes"][0]["url"]), (200, &json!("https://hub.example.org/mcp")));
    assert!(hub.text("/robots.txt").await.ends_with("\nAgentmap: https://hub.example.org/.well-known/ard.json\n"));
    assert!(hub.text("/.well-known/api-catalog").await.contains("https://hub.example.org/.well-known/ard.json"));
}

#[tokio::test]
async fn what_was_published_before_can_be_found_by_its_type() {
    let hub = filled().await;
    hub.change("DELETE FROM search_postings WHERE term LIKE 'type:%' OR term LIKE 'server:%'; DELETE FROM migrations WHERE version >= 17");
    // The steps since then are made anew too.
    hub.change("DROP TABLE catalogues; DROP TABLE catalogue_members; DROP TABLE former_repos");
    let upgraded = hub.beside(0);
    assert_eq!(get(&upgraded, "/agents?type=application/mcp-server%2Bjson").await.2["total"], 2);
    assert_eq!(get(&upgraded, "/v1/capabilities?q=publish+state").await.2["fit"], "good");
    assert_eq!(upgraded.number("SELECT count(*) FROM search_entries"), 5, "each entry once");
}

#[tokio::test]
async fn a_hub_without_anything_has_an_empty_list() {
    let (status, _, page) = get(&Hub::new(), "/agents").await;
    assert_eq!((status, page), (200, json!({"items": [], "total": 0})));
}
