//! A registration: the data that a repo gives the hub about itself.

use crate::bounded::{Message, Pointer};
use crate::index::SourceFormat;
use crate::open::Open;
use crate::problem::{Kind, fields, indexes};
use crate::schema::{self, Schema, Violation};
use crate::source_url;
use crate::whole;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The fields that a maintainer sets.
// A client also reads the registrations of newer hubs, so its `format` is an `Open` one.
// `Registration::from_value` is the only constructor, so a value of this type satisfies every rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Registration<Format = SourceFormat> {
    /// Unique name of the repo; only a catalogue changes it.
    pub repo: String,
    /// Absolute `http(s)` URL of the index.
    pub url: String,
    /// The domain of its capabilities.
    pub domain: String,
    /// Whether the source is enabled. A disabled one contributes nothing and is not fetched.
    #[serde(default = "yes")]
    #[schema(required)]
    pub enabled: bool,
    /// Whether the source is required. A required one is verified before it is written, and
    /// raises an alert if it is not fresh.
    #[serde(default)]
    #[schema(required)]
    pub required: bool,
    /// How long a verified index is current, in seconds.
    #[serde(default = "an_hour", deserialize_with = "whole::u32")]
    #[schema(required)]
    pub cache_ttl_seconds: u32,
    /// Free text.
    #[serde(default)]
    #[schema(required)]
    pub description: String,
    /// The format of the index.
    #[serde(default)]
    #[schema(required, value_type = SourceFormat)]
    pub format: Format,
    /// Labels to select registrations by; absent if there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

fn an_hour() -> u32 {
    3600
}

/// An error in one field of a client's document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer of the field.
    pub pointer: Pointer,
    /// Stable, kebab-case.
    pub code: &'static Kind,
    /// What is expected, and the remedy.
    pub message: Message,
}

impl FieldError {
    pub(crate) fn new(pointer: &str, code: &'static Kind, message: impl Into<Message>) -> Self {
        Self { pointer: pointer.into(), code, message: message.into() }
    }
}

impl From<Violation> for FieldError {
    fn from(violation: Violation) -> Self {
        Self { pointer: violation.pointer, code: violation.code, message: violation.message }
    }
}

impl From<Registration> for Registration<Open<SourceFormat>> {
    fn from(known: Registration) -> Self {
        let Registration { repo, url, domain, enabled, required, cache_ttl_seconds, description, format, labels } =
            known;
        let format = Open::Known(format);
        Self { repo, url, domain, enabled, required, cache_ttl_seconds, description, format, labels }
    }
}

impl Registration {
    /// Checks a document against `schemas/hub-registration.schema.yaml` and the URL rules.
    ///
    /// # Errors
    /// All invalid fields, in the order of the document.
    pub fn from_value(value: &Value) -> Result<Self, Vec<FieldError>> {
        let mut errors: Vec<FieldError> = Vec::new();
        if value.get("index").is_some() {
            // Has its own code: a typical mistake of users of a local manifest.
            errors.push(FieldError::new(
                "/index",
                &fields::INDEX_PATH_ON_HUB,
                "The hub cannot read a local path; publish the index and give its raw address as `url`.",
            ));
        }
        // The URL rules are stricter than the schema's pattern, and never repeat a URL that may contain a password.
        if let Some(url) = value.get("url").and_then(Value::as_str)
            && errors.is_empty()
            && let Err(refused) = source_url::parse(url)
        {
            errors.push(FieldError::new("/url", refused.code, refused.message));
        }
        let said: Vec<Pointer> = errors.iter().map(|e| e.pointer.clone()).collect();
        let repeats = |pointer: &str| match pointer {
            // A document with `index` also violates the schema in ways that only repeat the error above.
            "" | "/url" => said.iter().any(|said| *said == "/index" || *said == pointer),
            _ => said.iter().any(|said| *said == pointer),
        };
        let violations =
            schema::violations(Schema::HubRegistration, value).into_iter().filter(|v| !repeats(&v.pointer));
        errors.extend(violations.map(FieldError::from));
        if !errors.is_empty() {
            return Err(errors);
        }
        serde_json::from_value(value.clone())
            .map_err(|e| vec![FieldError::new("", &indexes::SCHEMA_TYPE, e.to_string())])
    }

    /// Whether this and another state of the registration have the same URL and format, so that what was checked for one
    /// is known for the other.
    pub fn has_index_of(&self, other: &Self) -> bool {
        self.url == other.url && self.format == other.format
    }

    /// Applies an RFC 7396 merge patch; `null` resets a field to its default.
    ///
    /// # Errors
    /// As [`Registration::from_value`], and `repo-immutable` if the patch names another repo.
    pub fn merge(&self, patch: &Value) -> Result<Self, Vec<FieldError>> {
        let Value::Object(changes) = patch else {
            return Err(vec![FieldError::new(
                "",
                &indexes::SCHEMA_TYPE,
                "A merge patch is a JSON object of the fields to change.",
            )]);
        };
        if let Some(repo) = changes.get("repo")
            && repo.as_str() != Some(self.repo.as_str())
        {
            return Err(vec![FieldError::new(
                "/repo",
                &fields::REPO_IMMUTABLE,
                "A registration cannot be renamed; register the new name and deregister this one.",
            )]);
        }
        let mut merged = serde_json::json!(self);
        if let Value::Object(fields) = &mut merged {
            merge_into(fields, changes);
        }
        Self::from_value(&merged)
    }
}

/// Merges as RFC 7396 §2 says. The depth that the JSON parser allows bounds the recursion.
fn merge_into(fields: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (name, change) in changes {
        match change {
            Value::Null => {
                fields.shift_remove(name);
            }
            Value::Object(changes) => {
                let mut inner = match fields.shift_remove(name) {
                    Some(Value::Object(inner)) => inner,
                    _ => Map::new(),
                };
                merge_into(&mut inner, changes);
                fields.insert(name.clone(), inner.into());
            }
            value => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests;
