//! A capability as a resource of ARD.

use super::server::server_name;
use super::site::Site;
use super::words::{cut, text, texts};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;
use utoipa::ToSchema;

/// The type of an MCP server.
pub const MCP_SERVER: &str = "application/mcp-server-card+json";
/// The type of a registry that answers searches.
pub const REGISTRY: &str = "application/ai-registry+json";
/// The type of a capability that declares no other.
pub const CAPABILITY: &str = "application/vnd.reuse-surface.capability+json";

/// Other names that clients use for a type.
const ALIASES: [(&str, &str); 2] =
    [("application/mcp-server+json", MCP_SERVER), ("application/ai-skill", "application/ai-skill+md")];

/// Longest media type, in characters.
const MAX_TYPE: usize = 200;
/// Longest URL, in characters.
const MAX_URL: usize = 2048;
/// Longest name or description, in characters: clients refuse longer ones, with everything around them.
const MAX_TEXT: usize = 4096;
/// Maximum number of tags, and maximum length of one, in characters, for the same reason.
const MAX_TAGS: (usize, usize) = (32, 512);
/// The standard wants two to five questions.
const QUERIES: std::ops::RangeInclusive<usize> = 2..=5;

/// An entry of Agentic Resource Discovery, which agents can find.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// `urn:air:<publisher>:<repo>:<id of the capability>`.
    pub identifier: String,
    /// What people call it.
    pub display_name: String,
    /// The media type of what is at `url`.
    pub r#type: String,
    /// Where an agent fetches what it needs to use it.
    pub url: String,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The id of the capability.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Questions that it answers; left out in the results of a search.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub representative_queries: Vec<String>,
    /// The version of an MCP server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `domain`, `sourceRepo`, `status`, `owner` and `path`, and `serverName` of an MCP server.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// How relevant a result of a search is, from 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub score: Option<u32>,
    /// The hub that found a result of a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// The name by which a media type is filtered: in lower case, and the same for all its aliases.
pub fn canonical(media_type: &str) -> String {
    let name = media_type.trim().to_lowercase();
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, canonical)| (*canonical).to_owned())
}

/// The media type of what an agent fetches to use a capability.
pub fn media_type(entry: &Map<String, Value>) -> &str {
    match artifact(entry) {
        _ if server_name(entry).is_some() => MCP_SERVER,
        Some((media_type, _)) => media_type,
        None => CAPABILITY,
    }
}

/// A published capability as a resource; `None` if it has no id or no name, which only another program could have stored.
pub fn resource(entry: &Map<String, Value>, site: &Site) -> Option<Resource> {
    let (id, repo) = (text(entry, "id")?, text(entry, "source_repo")?);
    let name = text(entry, "name").or_else(|| text(entry, "title"))?;
    let server = server_name(entry);
    let url = match (server, artifact(entry)) {
        (Some(server), _) => site.server_url(server),
        (None, Some((_, url))) => url.to_owned(),
        // Both are made of characters that no URL escapes.
        (None, None) => format!("{}/v1/capabilities/{id}?repo={repo}", site.url()),
    };
    let queries = texts(entry, "representative_queries", *QUERIES.end(), MAX_TAGS.1);
    let version = server.and_then(|_| text(entry.get("mcp_server")?.as_object()?, "version"));
    let fields = [
        ("domain", "domain"),
        ("sourceRepo", "source_repo"),
        ("status", "status"),
        ("owner", "owner"),
        ("path", "path"),
    ];
    let mut metadata: Map<String, Value> =
        fields.iter().filter_map(|(name, field)| Some(((*name).to_owned(), text(entry, field)?.into()))).collect();
    metadata.extend(server.map(|server| ("serverName".to_owned(), server.into())));
    Some(Resource {
        identifier: site.identifier(repo, id),
        display_name: cut(name, MAX_TEXT),
        r#type: media_type(entry).to_owned(),
        url,
        description: text(entry, "summary").map(|summary| cut(summary, MAX_TEXT)),
        tags: texts(entry, "tags", MAX_TAGS.0, MAX_TAGS.1),
        capabilities: vec![id.to_owned()],
        representative_queries: if QUERIES.contains(&queries.len()) { queries } else { Vec::new() },
        version: version.map(str::to_owned),
        metadata,
        score: None,
        source: None,
    })
}

/// The media type and the URL of an entry's artifact, if clients accept them.
fn artifact(entry: &Map<String, Value>) -> Option<(&str, &str)> {
    let artifact = entry.get("artifact")?.as_object()?;
    let (media_type, url) = (text(artifact, "type")?, text(artifact, "url")?);
    let parsed = Url::parse(url).ok()?;
    let is_plain = parsed.username().is_empty() && parsed.password().is_none();
    let fits = media_type.chars().count() <= MAX_TYPE && url.chars().count() <= MAX_URL;
    (fits && is_plain && matches!(parsed.scheme(), "http" | "https")).then_some((media_type, url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(fields: Value) -> Resource {
        let mut entry = json!({"id": "capability.a", "source_repo": "hub", "domain": "d", "name": "A"});
        entry.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        resource(entry.as_object().expect("an object"), &Site::at("https://hub.example.org:8443")).expect("a resource")
    }

    #[test]
    fn a_plain_capability_leads_to_the_hub() {
        let plain = serde_json::to_value(of(json!({}))).expect("JSON");
        assert_eq!(
            plain,
            json!({
                "identifier": "urn:air:hub.example.org:hub:capability.a",
                "displayName": "A",
                "type": CAPABILITY,
                "url": "https://hub.example.org:8443/v1/capabilities/capability.a?repo=hub",
                "capabilities": ["capability.a"],
                "metadata": {"domain": "d", "sourceRepo": "hub"},
            })
        );
    }

    #[test]
    fn an_artifact_is_what_an_agent_fetches() {
        let card = json!({"type": "application/a2a-agent-card+json", "url": "https://a.example.org/card.json"});
        let resource = of(json!({"artifact": card}));
        assert_eq!(
            (resource.r#type.as_str(), resource.url.as_str()),
            ("application/a2a-agent-card+json", "https://a.example.org/card.json")
        );
        for wrong in [
            json!("card.json"),
            json!({"type": "text/markdown"}),
            json!({"type": " ", "url": "https://a.example.org"}),
            json!({"type": "text/markdown", "url": "javascript:alert(1)"}),
            json!({"type": "text/markdown", "url": "https://user:secret@a.example.org"}),
            json!({"type": "t".repeat(201), "url": "https://a.example.org"}),
            json!({"type": "text/markdown", "url": format!("https://a.example.org/{}", "x".repeat(2048))}),
        ] {
            assert_eq!(of(json!({"artifact": wrong})).r#type, CAPABILITY, "{wrong}");
        }
    }

    #[test]
    fn an_mcp_server_leads_to_its_description() {
        let server = json!({"name": "org.example/tools", "version": "1.2.0", "remotes": [{"type": "sse", "url": "https://a.example.org"}]});
        let resource = of(json!({"mcp_server": server, "artifact": {"type": "a/b", "url": "https://a.example.org"}}));
        assert_eq!(resource.r#type, MCP_SERVER);
        assert_eq!(resource.url, "https://hub.example.org:8443/v0.1/servers/org.example%2Ftools/versions/latest");
        assert_eq!(
            (resource.version.as_deref(), &resource.metadata["serverName"]),
            (Some("1.2.0"), &json!("org.example/tools"))
        );
    }

    #[test]
    fn what_clients_refuse_is_left_out() {
        let questions = |count: usize| (0..count).map(|n| format!("question {n}")).collect::<Vec<_>>();
        for (declared, kept) in [(0, 0), (1, 0), (2, 2), (5, 5), (10, 5)] {
            let resource = of(json!({"representative_queries": questions(declared)}));
            assert_eq!(resource.representative_queries, questions(kept), "{declared}");
        }
        let tags: Vec<Value> =
            (0..50).map(|n| json!(format!("t{n}"))).chain([json!("x".repeat(513)), json!(3)]).rev().collect();
        let resource = of(json!({"tags": tags, "summary": "word ".repeat(2000), "status": 7, "owner": ""}));
        assert_eq!((resource.tags.len(), resource.tags[0].as_str()), (32, "t49"));
        assert!(resource.description.is_some_and(|text| text.chars().count() <= MAX_TEXT));
        assert!(!resource.metadata.contains_key("status") && !resource.metadata.contains_key("owner"));
    }

    #[test]
    fn a_type_has_one_name() {
        assert_eq!(canonical(" Application/MCP-Server+json"), MCP_SERVER);
        assert_eq!(canonical("application/ai-skill"), canonical("application/ai-skill+md"));
        assert_eq!(canonical("text/markdown"), "text/markdown");
    }
}
