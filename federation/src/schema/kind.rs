//! The schemas: their names, texts and values.

use crate::yaml;
use serde_json::Value;
use std::sync::OnceLock;

/// File names of all schemas, as served under `/schemas/`.
pub const NAMES: [&str; 6] = [
    Schema::Federation.name(),
    Schema::HubRegistration.name(),
    Schema::CapabilityIndex.name(),
    Schema::Federated.name(),
    Schema::TokenRequest.name(),
    Schema::Catalogue.name(),
];

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schema {
    /// A local manifest of sources.
    Federation,
    /// The request to register a repository with the hub.
    HubRegistration,
    /// The index that one repository publishes.
    CapabilityIndex,
    /// The document that the hub composes.
    Federated,
    /// The request to create a token.
    TokenRequest,
    /// The request to register a catalogue.
    Catalogue,
}

/// All kinds, in the order of [`NAMES`].
pub(super) const ALL: [Schema; 6] = [
    Schema::Federation,
    Schema::HubRegistration,
    Schema::CapabilityIndex,
    Schema::Federated,
    Schema::TokenRequest,
    Schema::Catalogue,
];

impl Schema {
    /// The file name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Federation => "federation.schema.yaml",
            Self::HubRegistration => "hub-registration.schema.yaml",
            Self::CapabilityIndex => "capability-index.schema.yaml",
            Self::Federated => "federated.schema.yaml",
            Self::TokenRequest => "token-request.schema.yaml",
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
        Schema::CapabilityIndex => include_str!("../../../schemas/capability-index.schema.yaml"),
        Schema::Federated => include_str!("../../../schemas/federated.schema.yaml"),
        Schema::TokenRequest => include_str!("../../../schemas/token-request.schema.yaml"),
        Schema::Catalogue => include_str!("../../../schemas/catalogue.schema.yaml"),
    }
}

/// A schema as a value; `None` if its text cannot be parsed.
pub fn document(schema: Schema) -> Option<&'static Value> {
    static PARSED: [OnceLock<Option<Value>>; ALL.len()] = [const { OnceLock::new() }; ALL.len()];
    PARSED[schema as usize].get_or_init(|| yaml::parse(text(schema)).ok()).as_ref()
}
