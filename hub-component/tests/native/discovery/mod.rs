//! Where agents look: Agentic Resource Discovery (ARD) and the MCP Registry, over the test's ports.

mod cors;
mod hostile;
mod resources;
mod searching;
mod servers;

use crate::ports::Hub;
use http::{HeaderMap, Request};
use serde_json::{Value, json};

/// The media type of an MCP server.
const MCP_SERVER: &str = "application/mcp-server-card+json";

/// Three repos: one plain, one with an MCP server and an agent, one with another MCP server.
async fn filled() -> Hub {
    let hub = Hub::new();
    let state = json!({"version": 1, "capabilities": [
        {
            "id": "capability.state.publish", "name": "Publish state", "status": "stable", "owner": "coulomb", "path": "docs/publish.md",
            "summary": "Publishes a change of shared state to every subscriber.", "tags": ["state", "events", "common"],
            "representative_queries": ["how do I tell everybody that something changed", "broadcast an update"],
        },
        {"id": "capability.state.lock", "title": "Lock state", "status": "beta", "tags": ["state", "common"]},
    ]});
    let tools = json!({"version": 1, "capabilities": [
        {
            "id": "capability.tools.weather", "name": "Weather forecast tools", "summary": "Forecasts of the weather as tools.",
            "status": "stable", "tags": ["common"], "mcp_server": server("org.example/weather", "1.2.0"),
        },
        {
            "id": "capability.tools.agent", "name": "Forecast agent", "tags": ["common"],
            "artifact": {"type": "application/a2a-agent-card+json", "url": "https://tools.example.org/agent.json"},
        },
    ]});
    let more = json!({"version": 1, "capabilities": [
        {"id": "capability.more.maps", "name": "Maps", "status": "deprecated", "tags": ["common"], "mcp_server": server("org.example/maps", "0.1.0")},
    ]});
    for (repo, index) in [("state-hub", state), ("tools", tools), ("more", more)] {
        hub.register(repo, index.to_string()).await;
    }
    hub
}

fn server(name: &str, version: &str) -> Value {
    json!({"name": name, "version": version, "remotes": [{"type": "streamable-http", "url": "https://tools.example.org/mcp"}]})
}

/// Status, headers and body of a search.
async fn post(hub: &Hub, body: &Value) -> (u16, HeaderMap, Value) {
    let request = Request::post("/search").header("content-type", "application/json");
    let request = request.header("accept", "application/json").body(body.to_string().into()).expect("a request");
    let (head, body) = hub.send(request).await.into_parts();
    (head.status.as_u16(), head.headers, serde_json::from_slice(&body).unwrap_or_default())
}

/// The results of a search that succeeds.
async fn search(hub: &Hub, body: Value) -> Value {
    let (status, _, found) = post(hub, &body).await;
    assert_eq!(status, 200, "{body}: {found}");
    found
}

/// Status, headers and body of a read.
async fn get(hub: &Hub, path: &str) -> (u16, HeaderMap, Value) {
    let (status, headers, body) = hub.read(path, &[]).await;
    (status.as_u16(), headers, serde_json::from_slice(&body).unwrap_or_default())
}

fn list<'a>(page: &'a Value, name: &str) -> &'a Vec<Value> {
    page[name].as_array().expect("a list")
}

/// The last parts of the identifiers of resources.
fn ids(resources: &[Value]) -> Vec<&str> {
    resources.iter().filter_map(|it| it["identifier"].as_str()?.rsplit(':').next()).collect()
}
