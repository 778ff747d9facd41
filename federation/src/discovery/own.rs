//! What the hub itself offers to agents.

use super::resource::{MCP_SERVER, REGISTRY, Resource};
use super::server::Server;
use super::site::Site;
use serde_json::{Map, Value, json};

/// The hub's registry and its MCP server. No capability has the identifier of either, since the id of a capability has a dot.
pub fn own_resources(site: &Site) -> [Resource; 2] {
    let own =
        |space: &str, name: &str, title: &str, media_type: &str, url: String, description: &str, queries: [&str; 3]| {
            Resource {
                identifier: site.identifier(space, name),
                display_name: title.to_owned(),
                r#type: media_type.to_owned(),
                url,
                description: Some(description.to_owned()),
                tags: vec!["reuse".to_owned(), "capabilities".to_owned()],
                capabilities: Vec::new(),
                representative_queries: queries.map(str::to_owned).to_vec(),
                version: None,
                metadata: Map::new(),
                score: None,
                source: None,
            }
        };
    [
        own(
            "registry",
            "capabilities",
            "Reusable capabilities",
            REGISTRY,
            site.url().to_owned(),
            "Search over the capabilities that many repositories offer for reuse.",
            [
                "which repository already has what I am about to build",
                "find a capability for reuse",
                "is there an MCP server for this inside our federation",
            ],
        ),
        own(
            "server",
            "reuse-surface",
            "reuse-surface",
            MCP_SERVER,
            site.server_url(&site.server_name()),
            DESCRIPTION,
            [
                "search the capabilities of many repositories over MCP",
                "read what a repository offers for reuse",
                "which repositories take part in the federation and how fresh they are",
            ],
        ),
    ]
}

const DESCRIPTION: &str = "Tools that search and read the capabilities that many repositories offer for reuse.";

/// The one of [`own_resources`] that has this identifier.
pub fn own_resource(site: &Site, identifier: &str) -> Option<Resource> {
    own_resources(site).into_iter().find(|own| own.identifier == identifier)
}

/// The hub's own MCP server, of this version of the hub.
pub fn own_server(site: &Site, version: &str) -> Server {
    let described = json!({
        "$schema": super::server::SCHEMA,
        "name": site.server_name(),
        "title": "reuse-surface",
        "description": DESCRIPTION,
        "version": version,
        "websiteUrl": format!("{}/", site.url()),
        "remotes": [{"type": "streamable-http", "url": format!("{}/mcp", site.url())}],
    });
    let Value::Object(described) = described else { return Server::new(Map::new(), "active", Value::Null) };
    Server::new(described, "active", json!({"hub": site.url()}))
}
