//! Where agents look. The checks are those of ARD's conformance tool, which is in no package registry, with the requests that the clients of
//! GitHub and VS Code send.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Answer, Hub, Sources};
use reqwest::Method;
use serde_json::{Value, json};

const MCP_SERVER: &str = "application/mcp-server-card+json";
/// The types that a manifest may have without a warning of the conformance tool.
const KNOWN_TYPES: [&str; 9] = [
    "application/ai-catalog+json",
    "application/a2a-agent-card+json",
    "application/agent-card+json",
    MCP_SERVER,
    "application/agent-skills+zip",
    "application/agent-skills+gzip",
    "text/markdown; profile=\"urn:air:agent-skills\"",
    "application/ai-registry",
    "application/ai-registry+json",
];

fn published() -> String {
    let tags: Vec<String> = (0..40).map(|n| format!("tag-{n}")).collect();
    let server = |name: &str| json!({"name": name, "version": "1.0.0", "remotes": [{"type": "streamable-http", "url": "https://tools.example.org/mcp"}]});
    json!({"version": 1, "capabilities": [
        {"id": "capability.tools.weather", "name": "Forecasts of the weather", "summary": "Forecasts of the weather. ".repeat(300), "tags": tags, "mcp_server": server("org.example/weather")},
        {"id": "capability.tools.radar", "name": "Weather radar tools", "mcp_server": server("org.example/radar")},
        {"id": "capability.tools.storm", "name": "Storm forecast tools", "mcp_server": server("org.example/storm")},
        {"id": "capability.tools.agent", "name": "Forecast agent", "artifact": {"type": "application/a2a-agent-card+json", "url": "https://tools.example.org/agent.json"}},
        {"id": "capability.tools.plain", "name": "Weather data"},
    ]})
    .to_string()
}

async fn filled() -> Result<(Hub, Sources)> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("tools", &sources.index("/tools", &published())).await?;
    Ok((hub, sources))
}

async fn search(hub: &Hub, body: &Value) -> Result<Value> {
    let request = hub.request(Method::POST, "/search").header("accept", "application/json").json(body);
    let answer = hub.send(request).await?;
    ensure!((answer.status, answer.header("content-type")) == (200, "application/json"), "{}", answer.text);
    Ok(answer.json())
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>> {
    value[name].as_array().with_context(|| format!("`{name}` is not a list: {value}"))
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().filter(|text| !text.is_empty()).with_context(|| format!("`{name}` is not a text: {value}"))
}

/// `^urn:air:([a-zA-Z0-9.-]+)(?::([a-zA-Z0-9._:-]+))?:([a-zA-Z0-9._-]+)$`
fn is_identifier(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let parts: Vec<&str> = text.split(':').collect();
    parts.len() >= 4
        && text.starts_with("urn:air:")
        && !parts[2].contains('_')
        && parts[2..].iter().all(|part| plain(part))
}

/// Checks an entry as the tool does.
fn entry(entry: &Value) -> Result<()> {
    ensure!(is_identifier(text(entry, "identifier")?), "{entry}");
    text(entry, "displayName")?;
    text(entry, "type")?;
    ensure!(entry["url"].is_string() != entry["data"].is_object(), "either `url` or `data`: {entry}");
    let flat = |value: &Value| !value.is_object() && !value.is_array();
    ensure!(entry["metadata"].as_object().is_none_or(|fields| fields.values().all(flat)), "{entry}");
    Ok(())
}

fn refused(answer: &Answer, status: u16, code: &str) -> Result<()> {
    let error = answer.json();
    ensure!(answer.status == status && error["errorCode"] == code, "{} {}", answer.status, answer.text);
    text(&error, "message").map(drop)
}

#[tokio::test]
async fn a_registry_passes_the_checks_of_the_conformance_tool() -> Result<()> {
    let (hub, _sources) = filled().await?;
    let all = hub.get("/agents").await?;
    ensure!(all.status == 200, "{}", all.text);
    let items = list(&all.json(), "items")?.clone();
    let probe = json!({
        "query": {"text": "weather forecast tools", "filter": {"type": [MCP_SERVER]}}, "federation": "none", "pageSize": 2,
    });
    let found = search(&hub, &probe).await?;
    let results = list(&found, "results")?;
    ensure!(results.len() == 2, "{found}");
    for result in results {
        entry(result)?;
        ensure!(result["type"] == MCP_SERVER && result["source"] == hub.base(), "{result}");
        ensure!(result["score"].as_u64().is_some_and(|score| score <= 100), "{result}");
    }
    for item in &items {
        let identifier = text(item, "identifier")?;
        let answer = hub.get(&format!("/agents/{}", identifier.replace(':', "%3A"))).await?;
        ensure!(answer.status == 200 && answer.json()["identifier"] == *identifier, "{}", answer.text);
        entry(&answer.json())?;
        ensure!(answer.json().get("score").is_none() && answer.json().get("source").is_none(), "{}", answer.text);
        let again =
            hub.request(Method::GET, &format!("/agents/{identifier}")).header("if-none-match", answer.header("etag"));
        ensure!(hub.send(again).await?.status == 304);
    }
    refused(&hub.get("/agents/urn%3Aair%3Aard-conformance.invalid%3Aprobe%3Anot-found").await?, 404, "NOT_FOUND")?;
    refused(&hub.get("/agents/not-a-valid-ard-urn").await?, 400, "INVALID_ARGUMENT")?;
    refused(&hub.get("/agents/urn%253Aair%253Aa%253Ab").await?, 400, "INVALID_ARGUMENT")?;
    let explore = json!({"query": {"text": "weather"}, "resultType": {"facets": [{"field": "type"}]}});
    ensure!(hub.send(hub.request(Method::POST, "/explore").json(&explore)).await?.status == 404, "it is optional");
    Ok(())
}

#[tokio::test]
async fn a_publisher_passes_the_checks_of_the_conformance_tool() -> Result<()> {
    let hub = Hub::start()?;
    let answer = hub.get("/.well-known/ard.json").await?;
    ensure!(answer.status == 200 && answer.header("content-type") == "application/json");
    let manifest = answer.json();
    ensure!(manifest.get("collections").is_none());
    let entries = list(&manifest, "entries")?;
    ensure!(entries.len() == 2, "{manifest}");
    for one in entries {
        entry(one)?;
        ensure!(KNOWN_TYPES.contains(&text(one, "type")?), "{one}");
        let queries = list(one, "representativeQueries")?;
        ensure!((2..=5).contains(&queries.len()) && queries.iter().all(Value::is_string), "{one}");
    }
    // The addresses lead to what the entries describe.
    let registry = text(&entries[0], "url")?.strip_prefix(hub.base()).context("the hub")?;
    let request = hub.request(Method::POST, &format!("{registry}/search")).json(&json!({"query": {"text": "weather"}}));
    ensure!(hub.send(request).await?.json() == json!({"results": []}));
    let server = text(&entries[1], "url")?.strip_prefix(hub.base()).context("the hub")?;
    let server = hub.get(server).await?.json();
    ensure!(server["server"]["remotes"][0]["url"] == format!("{}/mcp", hub.base()), "{server}");
    Ok(())
}

#[tokio::test]
async fn the_agent_finder_of_vs_code_can_search_and_browse() -> Result<()> {
    let (hub, _sources) = filled().await?;
    let shown = |page: &Value, size: usize| -> Result<()> {
        let results = list(page, "results")?;
        ensure!(results.len() <= size);
        for result in results {
            for (name, most) in [("displayName", 4096), ("description", 4096), ("url", 8192)] {
                ensure!(result[name].as_str().is_none_or(|text| text.chars().count() <= most), "{name}: {result}");
            }
            for name in ["tags", "capabilities", "representativeQueries"] {
                let items = result[name].as_array().map(Vec::as_slice).unwrap_or_default();
                let short = |item: &Value| item.as_str().is_some_and(|text| text.chars().count() <= 512);
                ensure!(items.len() <= 32 && items.iter().all(short), "{name}: {result}");
            }
        }
        Ok(())
    };
    let (mut body, mut found, mut last) = (
        json!({"query": {"text": "weather", "filter": {"type": ["application/mcp-server+json"]}}, "pageSize": 1}),
        0,
        Value::Null,
    );
    loop {
        let page = search(&hub, &body).await?;
        shown(&page, 1)?;
        found += list(&page, "results")?.len();
        let Some(token) = page.get("pageToken").cloned() else { break };
        ensure!(
            token != last && !list(&page, "results")?.is_empty() && token.as_str().is_some_and(|it| it.len() <= 8192),
            "{page}"
        );
        body["pageToken"] = token.clone();
        last = token;
    }
    ensure!(found == 2, "{found}");
    let (mut seen, mut offset) = (0, 0);
    loop {
        let page = hub.get(&format!("/agents?pageSize=2&offset={offset}")).await?.json();
        shown(&page, 2)?;
        ensure!(page["total"] == 5 && page["offset"] == offset && page["pageSize"] == 2, "{page}");
        let results = list(&page, "results")?.len();
        if results == 0 {
            break;
        }
        (seen, offset) = (seen + results, offset + 2);
    }
    ensure!(seen == 5 && offset == 6, "{seen} {offset}");
    Ok(())
}

#[tokio::test]
async fn clients_of_the_mcp_registry_can_list_and_install() -> Result<()> {
    let (hub, _sources) = filled().await?;
    // The cursor is pasted as it is, and the search is left out on later pages.
    let (mut path, mut names) = ("/v0.1/servers?limit=2&version=latest".to_owned(), Vec::new());
    loop {
        let answer = hub.send(hub.request(Method::GET, &path).header("origin", "https://vscode.dev")).await?;
        ensure!(answer.status == 200, "{}", answer.text);
        for (name, expected) in [("origin", "*"), ("methods", "GET, HEAD, OPTIONS")] {
            ensure!(answer.header(&format!("access-control-allow-{name}")) == expected, "{:?}", answer.headers);
        }
        let allowed = answer.header("access-control-allow-headers");
        ensure!(allowed.contains("authorization") && allowed.contains("content-type"), "{allowed}");
        let page = answer.json();
        ensure!(page["metadata"].is_object(), "{page}");
        for item in list(&page, "servers")? {
            ensure!(item["_meta"].is_object(), "{item}");
            let name = text(&item["server"], "name")?;
            ensure!(text(&item["server"], "description")?.chars().count() <= 100);
            text(&item["server"], "version")?;
            for version in ["latest", text(&item["server"], "version")?] {
                let one = hub.get(&format!("/v0.1/servers/{}/versions/{version}", name.replace('/', "%2F"))).await?;
                ensure!(one.status == 200 && one.json() == *item, "{}", one.text);
            }
            names.push(name.to_owned());
        }
        let Some(cursor) = page["metadata"]["nextCursor"].as_str() else { break };
        path = format!("/v0.1/servers?limit=2&version=latest&cursor={cursor}");
    }
    ensure!(names.len() == 4 && names[0].ends_with("/reuse-surface"), "{names:?}");
    let found = hub.get("/v0.1/servers?limit=50&version=latest&search=radar").await?.json();
    ensure!(found["metadata"]["count"] == 1 && found["servers"][0]["server"]["name"] == "org.example/radar", "{found}");
    let unknown = hub.get("/v0.1/servers/org.example%2Fnone/versions/latest").await?;
    ensure!(unknown.status == 404 && text(&unknown.json(), "error")?.contains("org.example/none"), "{}", unknown.text);
    Ok(())
}
