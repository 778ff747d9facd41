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

/// The fields that a maintainer sets. A client, which reads a newer hub's too, has `format` as an [`Open`] one.
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
    /// By which registrations are selected; absent if there are none.
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

/// Merges as RFC 7396 §2 says. What a client sends is nested no deeper than its JSON was read.
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
mod tests {
    use super::*;
    use serde_json::json;

    fn valid() -> Value {
        json!({"repo": "state-hub", "url": "https://example.org/i.yaml", "domain": "registry"})
    }

    fn with(field: &str, value: Value) -> Value {
        let mut document = valid();
        document[field] = value;
        document
    }

    fn codes(document: &Value) -> Vec<(String, String)> {
        Registration::from_value(document)
            .expect_err("refused")
            .into_iter()
            .map(|e| (e.pointer.into(), e.code.to_string()))
            .collect()
    }

    #[test]
    fn fills_the_defaults() {
        let registration = Registration::from_value(&valid()).expect("valid");
        assert!(registration.enabled && !registration.required);
        assert_eq!(registration.cache_ttl_seconds, 3600);
        assert_eq!(registration.description, "");
    }

    #[test]
    fn a_number_that_the_schema_takes_is_read_however_it_is_written() {
        for value in [json!(600), json!(600.0), json!(6e2)] {
            let registration = Registration::from_value(&with("cache_ttl_seconds", value.clone())).expect("valid");
            assert_eq!(registration.cache_ttl_seconds, 600, "{value}");
            let patched = registration.merge(&json!({"cache_ttl_seconds": 60.0})).expect("valid");
            assert_eq!(json!(patched)["cache_ttl_seconds"], json!(60));
        }
        let zero = Registration::from_value(&with("cache_ttl_seconds", json!(-0.0))).expect("valid");
        assert_eq!(zero.cache_ttl_seconds, 0);
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        for (field, value) in [
            ("repo", json!("State Hub")),
            ("repo", json!(7)),
            ("domain", json!("-x")),
            ("enabled", json!("yes")),
            ("required", json!(1)),
            ("cache_ttl_seconds", json!(-1)),
            ("cache_ttl_seconds", json!(604_801)),
            ("cache_ttl_seconds", json!(1.5)),
            ("description", json!("x".repeat(1001))),
            ("url", json!("https://u:p@example.org/")),
            ("colour", json!("red")),
            ("labels", json!(["team"])),
            ("labels", json!({"": "x"})),
            ("labels", json!({"-team": "x"})),
            ("labels", json!({"te am": "x"})),
            ("labels", json!({"x".repeat(64): "x"})),
            ("labels", json!((0..17).map(|n| (format!("l{n}"), "".into())).collect::<Map<String, Value>>())),
        ] {
            let found = codes(&with(field, value.clone()));
            assert_eq!(found.len(), 1, "{field}={value}: {found:?}");
            assert_eq!(found[0].0, format!("/{field}"), "{field}={value}");
        }
    }

    #[test]
    fn labels_are_short_and_merged_one_by_one() {
        let labels = json!({"team": "platform", "example.org/tier": "", "x".repeat(63): "y".repeat(63)});
        let registration = Registration::from_value(&with("labels", labels.clone())).expect("valid");
        assert_eq!(json!(registration)["labels"], labels);
        for value in [json!(7), json!(null), json!("a b"), json!("y".repeat(64)), json!("a="), json!("é")] {
            let found = codes(&with("labels", json!({"team": value})));
            assert_eq!((found.len(), found[0].0.as_str()), (1, "/labels/team"), "{value}: {found:?}");
        }
        let merged = registration.merge(&json!({"labels": {"team": null, "env": "prod"}})).expect("valid");
        assert_eq!(merged.labels.len(), 3);
        assert_eq!((merged.labels.get("team"), merged.labels["env"].as_str()), (None, "prod"));
        let none = registration.merge(&json!({"labels": null})).expect("valid");
        assert!(none.labels.is_empty() && json!(none).get("labels").is_none());
        assert!(registration.merge(&json!({"labels": {"team": {"a": 1}}})).is_err());
        let refused = Registration::from_value(&with("labels", json!({"te am": "x"}))).expect_err("refused");
        assert!(
            refused[0].message.contains("`te am` does not have the expected form. The name of a label"),
            "{refused:?}"
        );
    }

    #[test]
    fn says_what_is_missing_and_what_is_no_object() {
        let mut document = valid();
        document.as_object_mut().expect("object").remove("domain");
        assert_eq!(codes(&document).len(), 1);
        assert_eq!(codes(&document)[0].1, "schema-required");
        assert_eq!(codes(&json!([])).len(), 1);
    }

    #[test]
    fn refuses_a_local_path_with_its_own_code() {
        assert_eq!(
            codes(&json!({"repo": "a", "domain": "d", "index": "registry/indexes/capabilities.yaml"})),
            [("/index".to_owned(), "index-path-on-hub".to_owned())]
        );
    }

    #[test]
    fn merges_a_patch_and_keeps_the_name() {
        let registration = Registration::from_value(&with("cache_ttl_seconds", json!(60))).expect("valid");
        let merged = registration.merge(&json!({"enabled": false, "cache_ttl_seconds": null})).expect("valid");
        assert!(!merged.enabled);
        assert_eq!(merged.cache_ttl_seconds, 3600);
        assert_eq!(registration.merge(&json!({"repo": "other"})).expect_err("refused")[0].code, "repo-immutable");
        assert!(registration.merge(&json!({"repo": "state-hub"})).is_ok());
        assert!(registration.merge(&json!({"url": null})).is_err());
        assert!(registration.merge(&json!("x")).is_err());
    }
}
