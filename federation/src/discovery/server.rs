//! A capability as a server of the MCP Registry.

use super::words::{cut, is_made_of, text};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// The schema of a server's description.
pub(super) const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
/// The member of `_meta` in which a registry describes a server.
const OF_REGISTRY: &str = "io.modelcontextprotocol.registry/official";
/// The member of `_meta` in which this hub describes a server.
const OF_HUB: &str = "social.coulomb.reuse/capability";

/// Longest name, in bytes.
pub const MAX_NAME: usize = 200;
/// Longest title or description, in characters.
const MAX_TEXT: usize = 100;
/// Longest version, in characters.
const MAX_VERSION: usize = 255;

/// A server and its metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = McpServerEntry)]
pub struct Server {
    /// Its description, in the form of `server.json`.
    #[schema(value_type = Object)]
    pub server: Map<String, Value>,
    /// Its status, and the capability that describes it.
    #[serde(rename = "_meta")]
    #[schema(value_type = Object)]
    pub meta: Map<String, Value>,
}

impl Server {
    /// A server with its description, its status in this registry, and this hub's own metadata.
    pub(super) fn new(server: Map<String, Value>, status: &str, of_hub: Value) -> Self {
        let mut meta = Map::new();
        meta.insert(OF_REGISTRY.to_owned(), json!({"status": status, "isLatest": true}));
        meta.insert(OF_HUB.to_owned(), of_hub);
        Self { server, meta }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.text("name")
    }

    /// Its version.
    pub fn version(&self) -> &str {
        self.text("version")
    }

    fn text(&self, name: &str) -> &str {
        self.server.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Whether a text is the name of a server: a reversed host name, a slash and a name.
pub fn is_server_name(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.split_once('/').is_some_and(|(space, name)| is_made_of(space, b".-") && is_made_of(name, b"._-"))
}

/// The name of the MCP server that a capability is; `None` if it is not one. Entries from before the schema covered
/// servers are checked closely, since one wrong item makes clients refuse a whole list.
pub fn server_name(entry: &Map<String, Value>) -> Option<&str> {
    let server = entry.get("mcp_server")?.as_object()?;
    let version = text(server, "version")?;
    let items = |list: &str| server.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (remotes, packages) = (items("remotes"), items("packages"));
    let is_usable = !(remotes.is_empty() && packages.is_empty())
        && version.chars().count() <= MAX_VERSION
        && remotes.iter().all(|it| has(it, &["type", "url"]))
        && packages.iter().all(|it| has(it, &["registryType", "identifier"]) && has(&it["transport"], &["type"]));
    text(server, "name").filter(|name| is_usable && is_server_name(name))
}

fn has(item: &Value, names: &[&str]) -> bool {
    item.as_object().is_some_and(|item| names.iter().all(|name| text(item, name).is_some()))
}

/// The server that a published capability is; `None` if it is not one.
pub fn server(entry: &Map<String, Value>) -> Option<Server> {
    server_name(entry)?;
    let declared = entry.get("mcp_server")?.as_object()?;
    let mut server = Map::new();
    server.insert("$schema".to_owned(), SCHEMA.into());
    server.extend(
        declared.iter().filter(|(name, _)| *name != "$schema").map(|(name, value)| (name.clone(), value.clone())),
    );
    let name = text(entry, "name").or_else(|| text(entry, "title"))?;
    let summary = text(entry, "summary").unwrap_or(name);
    for (field, otherwise) in [("title", name), ("description", summary)] {
        let said = text(declared, field).unwrap_or(otherwise);
        server.insert(field.to_owned(), cut(said, MAX_TEXT).into());
    }
    let is_deprecated = text(entry, "status").is_some_and(|status| status.eq_ignore_ascii_case("deprecated"));
    let of_hub = json!({"id": entry.get("id"), "repo": entry.get("source_repo"), "domain": entry.get("domain")});
    Some(Server::new(server, if is_deprecated { "deprecated" } else { "active" }, of_hub))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(server: Value, more: Value) -> Map<String, Value> {
        let mut entry =
            json!({"id": "capability.a", "source_repo": "hub", "domain": "d", "name": "A", "mcp_server": server});
        entry.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        entry.as_object().expect("an object").clone()
    }

    fn declared() -> Value {
        json!({
            "name": "org.example/tools", "version": "1.2.0", "websiteUrl": "https://example.org",
            "remotes": [{"type": "streamable-http", "url": "https://tools.example.org/mcp"}],
        })
    }

    #[test]
    fn a_server_has_all_that_the_registry_wants() {
        let summary = "Publishes a change of shared state to every subscriber, and says who has seen it, in which order and since when.";
        let server = server(&entry(declared(), json!({"summary": summary, "status": "Deprecated"}))).expect("a server");
        assert_eq!((server.name(), server.version()), ("org.example/tools", "1.2.0"));
        let description = server.server["description"].as_str().expect("a text");
        assert!(description.chars().count() <= 100 && description.ends_with("in which order…"), "{description}");
        assert_eq!(
            (&server.server["title"], &server.server["websiteUrl"]),
            (&json!("A"), &json!("https://example.org"))
        );
        assert_eq!(server.meta[OF_REGISTRY], json!({"status": "deprecated", "isLatest": true}));
        assert_eq!(server.meta[OF_HUB], json!({"id": "capability.a", "repo": "hub", "domain": "d"}));
    }

    #[test]
    fn its_own_words_come_first() {
        let mut words = declared();
        words["title"] = "Tools".into();
        words["$schema"] = "https://elsewhere.example.org".into();
        words["description"] = "x".repeat(300).into();
        let server = server(&entry(words, json!({"summary": "Summary."}))).expect("a server");
        assert_eq!((&server.server["title"], &server.server["$schema"]), (&json!("Tools"), &json!(SCHEMA)));
        assert_eq!(server.server["description"].as_str().map(|text| text.chars().count()), Some(100));
    }

    #[test]
    fn what_clients_would_refuse_is_no_server() {
        let change = |name: &str, value: Value| {
            let mut wrong = declared();
            wrong[name] = value;
            wrong
        };
        for wrong in [
            json!(null),
            json!("org.example/tools"),
            json!({"name": "org.example/tools", "version": "1"}),
            change("name", "tools".into()),
            change("name", "a/b/c".into()),
            change("name", "org.example/".into()),
            change("name", "/tools".into()),
            change("name", "org.exämple/tools".into()),
            change("name", format!("a/{}", "b".repeat(199)).into()),
            change("version", json!(1.2)),
            change("version", " ".into()),
            change("version", "1".repeat(256).into()),
            change("remotes", json!([])),
            change("remotes", json!([{"type": "sse"}])),
            change("remotes", json!(["https://tools.example.org"])),
            change("packages", json!([{"registryType": "npm", "identifier": "tools"}])),
        ] {
            assert_eq!(server_name(&entry(wrong.clone(), json!({}))), None, "{wrong}");
        }
        let packaged =
            change("packages", json!([{"registryType": "npm", "identifier": "tools", "transport": {"type": "stdio"}}]));
        assert_eq!(server_name(&entry(packaged, json!({}))), Some("org.example/tools"));
    }
}
