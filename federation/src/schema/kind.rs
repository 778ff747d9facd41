//! The schemas: their names, texts and values.

use crate::yaml;
use serde_json::Value;
use std::sync::OnceLock;

/// File names of all schemas, as served under `/schemas/`.
pub const NAMES: [&str; 11] = [
    Schema::Federation.name(),
    Schema::HubRegistration.name(),
    Schema::HubRegistrations.name(),
    Schema::CapabilityIndex.name(),
    Schema::Federated.name(),
    Schema::TokenRequest.name(),
    Schema::CatalogInfo.name(),
    Schema::Publiccode.name(),
    Schema::Codemeta.name(),
    Schema::AgentCard.name(),
    Schema::Catalogue.name(),
];

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schema {
    /// A local manifest of sources.
    Federation,
    /// The request to register a repository with the hub.
    HubRegistration,
    /// Registrations as a file declares them.
    HubRegistrations,
    /// The index that one repository publishes.
    CapabilityIndex,
    /// The document that the hub composes.
    Federated,
    /// The request to create a token.
    TokenRequest,
    /// What the hub reads of an entity of a `catalog-info.yaml`.
    CatalogInfo,
    /// What the hub reads of a `publiccode.yml`.
    Publiccode,
    /// What the hub reads of a `codemeta.json`.
    Codemeta,
    /// What the hub reads of an A2A agent card.
    AgentCard,
    /// The request to register a catalogue.
    Catalogue,
}

/// All kinds, in the order of [`NAMES`].
pub(super) const ALL: [Schema; 11] = [
    Schema::Federation,
    Schema::HubRegistration,
    Schema::HubRegistrations,
    Schema::CapabilityIndex,
    Schema::Federated,
    Schema::TokenRequest,
    Schema::CatalogInfo,
    Schema::Publiccode,
    Schema::Codemeta,
    Schema::AgentCard,
    Schema::Catalogue,
];

impl Schema {
    /// The file name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Federation => "federation.schema.yaml",
            Self::HubRegistration => "hub-registration.schema.yaml",
            Self::HubRegistrations => "hub-registrations.schema.yaml",
            Self::CapabilityIndex => "capability-index.schema.yaml",
            Self::Federated => "federated.schema.yaml",
            Self::TokenRequest => "token-request.schema.yaml",
            Self::CatalogInfo => "catalog-info.schema.yaml",
            Self::Publiccode => "publiccode.schema.yaml",
            Self::Codemeta => "codemeta.schema.yaml",
            Self::AgentCard => "agent-card.schema.yaml",
            Self::Catalogue => "catalogue.schema.yaml",
        }
    }

    /// The schema with this file name.
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|schema| schema.name() == name)
    }
}

/// The text of a schema: JSON Schema 2020-12, in YAML.
pub const fn text(schema: Schema) -> &'static str {
    match schema {
        Schema::Federation => include_str!("../../../schemas/federation.schema.yaml"),
        Schema::HubRegistration => include_str!("../../../schemas/hub-registration.schema.yaml"),
        Schema::HubRegistrations => include_str!("../../../schemas/hub-registrations.schema.yaml"),
        Schema::CapabilityIndex => include_str!("../../../schemas/capability-index.schema.yaml"),
        Schema::Federated => include_str!("../../../schemas/federated.schema.yaml"),
        Schema::TokenRequest => include_str!("../../../schemas/token-request.schema.yaml"),
        Schema::CatalogInfo => include_str!("../../../schemas/catalog-info.schema.yaml"),
        Schema::Publiccode => include_str!("../../../schemas/publiccode.schema.yaml"),
        Schema::Codemeta => include_str!("../../../schemas/codemeta.schema.yaml"),
        Schema::AgentCard => include_str!("../../../schemas/agent-card.schema.yaml"),
        Schema::Catalogue => include_str!("../../../schemas/catalogue.schema.yaml"),
    }
}

/// A schema as a value; `None` if its text cannot be parsed.
pub fn document(schema: Schema) -> Option<&'static Value> {
    static PARSED: [OnceLock<Option<Value>>; ALL.len()] = [const { OnceLock::new() }; ALL.len()];
    PARSED[schema as usize].get_or_init(|| yaml::parse(text(schema)).ok()).as_ref()
}
