//! A2A: the skills of an agent card, each a capability.

use super::entry::Entry;
use super::node::Node;
use super::rules::{check, refuses, unknown_version};
use crate::findings::Findings;
use crate::schema::Schema;
use serde_json::json;
use url::Url;

/// The type of an agent card in Agentic Resource Discovery.
const CARD: &str = "application/a2a-agent-card+json";

/// Where the card of an agent is, on its host (A2A 1.0, section 8.2).
const WELL_KNOWN: &str = "/.well-known/agent-card.json";

/// Maximum number of questions of a capability, and maximum length of one, in characters; the same numbers as in
/// `schemas/capability-index.schema.yaml`.
const MAX_QUERIES: usize = 10;
const MAX_QUERY_CHARS: usize = 500;

pub(super) fn read<'v>(root: &Node<'v>, found: &mut Findings<'v>) -> Vec<Entry<'v>> {
    let interfaces: Vec<Node<'v>> = match root.get("supportedInterfaces") {
        Some(list) if refuses(list.count(), &list, found) => return Vec::new(),
        Some(list) => list.items().collect(),
        None => vec![root.clone()],
    };
    let versions: Vec<Node<'v>> = interfaces.iter().filter_map(|it| it.field("protocolVersion")).collect();
    if let Some(first) = versions.first()
        && !versions.iter().any(is_known)
    {
        unknown_version(first, "version 0.3 or 1 of A2A", found);
        return Vec::new();
    }
    let skills = root.get("skills");
    if skills.as_ref().is_some_and(|skills| refuses(skills.count(), skills, found)) {
        return Vec::new();
    }
    check(Schema::AgentCard, root, found);
    // What all skills share is repeated in each entry, and only the schema bounds it.
    let Some(agent) = root.field("name").filter(|_| !found.refuses()) else { return Vec::new() };
    let card = Card {
        agent,
        owner: root.get("provider").and_then(|provider| provider.field("organization")),
        address: interfaces.iter().find_map(address),
    };
    let skills = skills.iter().flat_map(Node::items);
    skills.filter_map(|skill| card.capability(&skill)).collect()
}

/// What all skills of a card share.
struct Card<'v> {
    agent: Node<'v>,
    owner: Option<Node<'v>>,
    address: Option<(String, Node<'v>)>,
}

fn is_known(version: &Node<'_>) -> bool {
    let text = version.text().unwrap_or_default();
    ["0.3", "1"]
        .iter()
        .any(|known| text == *known || text.strip_prefix(known).is_some_and(|rest| rest.starts_with('.')))
}

/// Where clients look for the card of the agent that has this interface. A gRPC interface may be a host and a port.
fn address<'v>(interface: &Node<'v>) -> Option<(String, Node<'v>)> {
    let at = interface.field("url")?;
    let url = Url::parse(at.text()?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some((format!("{}{WELL_KNOWN}", url.origin().ascii_serialization()), at))
}

impl<'v> Card<'v> {
    fn capability(&self, skill: &Node<'v>) -> Option<Entry<'v>> {
        let id = skill.field("id")?;
        let mut entry = Entry::new(skill, &["agent", self.agent.text()?, id.text()?], id);
        entry.text("name", skill.field("name"));
        entry.text("summary", skill.field("description"));
        entry.text("owner", self.owner.clone());
        entry.tags(skill.get("tags"), None);
        if let Some(examples) = skill.get("examples") {
            let texts = examples.items().filter_map(|example| example.text());
            let fitting = texts.filter(|text| text.chars().count() <= MAX_QUERY_CHARS);
            let queries: Vec<&str> = fitting.take(MAX_QUERIES).collect();
            if !queries.is_empty() {
                entry.value("representative_queries", queries.into(), examples);
            }
        }
        if let Some((url, at)) = &self.address {
            entry.value("artifact", json!({"type": CARD, "url": url}), at.clone());
        }
        Some(entry)
    }
}
