//! The definition of a catalogue, as a client sends it.

use super::forges;
use super::kind::Kind;
use crate::open::Open;
use crate::problem::{fields, indexes};
use crate::registration::FieldError;
use crate::schema::{self, Schema};
use crate::source_url;
use crate::whole;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

/// The fields of a catalogue that its maintainer sets.
// A client also reads the catalogues of newer hubs, so its `kind` is an `Open` one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CatalogueDefinition)]
pub struct Catalogue<K = Kind> {
    /// Unique name; never changes.
    pub name: String,
    /// What is at `url`; never changes.
    #[schema(value_type = Kind)]
    pub kind: K,
    /// The page of the organisation, user or group on its forge, or the address of the list.
    pub url: String,
    /// The domain of its repos; a list may give another one for each.
    pub domain: String,
    /// The prefix of the names of its registrations; never changes.
    #[serde(default)]
    #[schema(required)]
    pub prefix: String,
    /// The path of the index in each repository.
    #[serde(default = "usual_path")]
    #[schema(required)]
    pub path: String,
    /// Whether the hub reads the catalogue.
    #[serde(default = "yes")]
    #[schema(required)]
    pub enabled: bool,
    /// How long a listing stays current, in seconds; also the time to live of the registrations that it creates.
    #[serde(default = "an_hour", deserialize_with = "whole::u32")]
    #[schema(required)]
    pub cache_ttl_seconds: u32,
}

fn yes() -> bool {
    true
}

fn an_hour() -> u32 {
    3600
}

fn usual_path() -> String {
    "registry/indexes/capabilities.yaml".to_owned()
}

impl From<Catalogue> for Catalogue<Open<Kind>> {
    fn from(known: Catalogue) -> Self {
        let Catalogue { name, kind, url, domain, prefix, path, enabled, cache_ttl_seconds } = known;
        Self { name, kind: Open::Known(kind), url, domain, prefix, path, enabled, cache_ttl_seconds }
    }
}

impl Catalogue {
    /// Checks a document against `schemas/catalogue.schema.yaml`, the rules for URLs, and that the URL is one of its kind.
    ///
    /// # Errors
    /// All invalid fields, in the order of the document.
    pub fn from_value(value: &Value) -> Result<Self, Vec<FieldError>> {
        let violations = schema::violations(Schema::Catalogue, value);
        if !violations.is_empty() {
            return Err(violations.into_iter().map(FieldError::from).collect());
        }
        let unread = |e: serde_json::Error| vec![FieldError::new("", &indexes::SCHEMA_TYPE, e.to_string())];
        let catalogue: Self = serde_json::from_value(value.clone()).map_err(unread)?;
        let url = source_url::parse(&catalogue.url)
            .map_err(|refused| vec![FieldError::new("/url", refused.code, refused.message)])?;
        if forges::first_page(catalogue.kind, &url).is_none() {
            let message = "Give the page of an organisation, user or group, such as `https://github.com/acme`, without anything after its name.";
            return Err(vec![FieldError::new("/url", &fields::URL_NO_CATALOGUE, message)]);
        }
        Ok(catalogue)
    }

    /// Applies an RFC 7396 merge patch; `null` resets a field to its default.
    ///
    /// # Errors
    /// As [`Catalogue::from_value`], and `catalogue-immutable` if the patch changes `name`, `kind` or `prefix`.
    pub fn merge(&self, patch: &Value) -> Result<Self, Vec<FieldError>> {
        let Value::Object(changes) = patch else {
            let message = "A merge patch is a JSON object of the fields to change.";
            return Err(vec![FieldError::new("", &indexes::SCHEMA_TYPE, message)]);
        };
        let mut merged = serde_json::json!(self);
        if let Value::Object(fields) = &mut merged {
            for (name, value) in changes {
                if value.is_null() {
                    fields.shift_remove(name);
                } else {
                    fields.insert(name.clone(), value.clone());
                }
            }
        }
        let merged = Self::from_value(&merged)?;
        for (pointer, changed) in [
            ("/name", merged.name != self.name),
            ("/kind", merged.kind != self.kind),
            ("/prefix", merged.prefix != self.prefix),
        ] {
            if changed {
                let message = "This field never changes; create another catalogue and delete this one.";
                return Err(vec![FieldError::new(pointer, &fields::CATALOGUE_IMMUTABLE, message)]);
            }
        }
        Ok(merged)
    }

    /// Whether the ids of its repositories are those of the other catalogue's forge.
    pub fn has_ids_of(&self, other: &Self) -> bool {
        let forge = |catalogue: &Self| {
            let url = Url::parse(&catalogue.url).ok()?;
            Some(forges::forge(catalogue.kind, &url).map(|(origin, below)| (origin, below.map(str::to_owned))))
        };
        forge(self) == forge(other)
    }

    /// The actor of the catalogue's changes. No token has such a name.
    pub fn actor(&self) -> String {
        actor(&self.name)
    }
}

/// The actor of the changes of the catalogue with this name.
pub fn actor(name: &str) -> String {
    format!("catalogue:{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn acme(field: &str, value: Value) -> Value {
        let mut document =
            json!({"name": "acme", "kind": "github", "url": "https://github.com/acme", "domain": "infotech"});
        document[field] = value;
        document
    }

    #[test]
    fn a_catalogue_has_defaults_and_is_checked() {
        let catalogue = Catalogue::from_value(&acme("prefix", json!("x-"))).expect("valid");
        assert_eq!((catalogue.path.as_str(), catalogue.enabled), ("registry/indexes/capabilities.yaml", true));
        for (field, value, code) in [
            ("url", json!("https://github.com"), "url-no-catalogue"),
            ("url", json!("https://github.com/acme/repo"), "url-no-catalogue"),
            ("url", json!("https://u:p@github.com/acme"), "url-credentials"),
            ("url", json!("file:///acme"), "url-scheme"),
            ("kind", json!("sourcehut"), "schema-enum"),
            ("path", json!("a/../b"), "schema-pattern"),
            ("path", json!("/etc"), "schema-pattern"),
            ("prefix", json!("-"), "schema-pattern"),
            ("cache_ttl_seconds", json!(1), "schema-range"),
            ("token", json!("x"), "schema-unknown-field"),
        ] {
            let errors = Catalogue::from_value(&acme(field, value.clone())).expect_err("refused");
            assert_eq!(errors[0].code.code, code, "{field} {value}");
        }
        let changed = catalogue.merge(&json!({"enabled": false, "prefix": "x-"})).expect("valid");
        assert!(!changed.enabled);
        assert_eq!(catalogue.merge(&json!({"prefix": null})).expect_err("refused")[0].code.code, "catalogue-immutable");
    }
}
