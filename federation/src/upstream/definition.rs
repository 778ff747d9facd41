//! The definition of an upstream, as an operator sends it.

use crate::name;
use crate::problem::{fields, indexes};
use crate::registration::FieldError;
use crate::source_url;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Longest base URL of a hub, in bytes. Each line that came through the hub contains it.
const MAX_URL_BYTES: usize = 200;

/// The fields of an upstream that the operator sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = UpstreamRequest)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// The public base URL of the hub.
    pub url: String,
    /// Whether this hub also publishes the sources that the upstream itself has from other hubs.
    #[serde(default)]
    #[schema(required = false)]
    pub transitive: bool,
}

impl Upstream {
    /// Checks the name of an upstream and a document about it. The URL loses its trailing slashes.
    ///
    /// # Errors
    /// The first field that is not valid.
    pub fn from_value(name: &str, value: &Value) -> Result<Self, Vec<FieldError>> {
        let wrong = |pointer: &str, code, message: String| Err(vec![FieldError::new(pointer, code, message)]);
        if !name::is_repo(name) || name.len() > 64 {
            let message = "A name has lower-case letters, digits, `.`, `_` and `-`, begins with a letter or digit, and has at most 64 characters.";
            return wrong("/name", &indexes::SCHEMA_PATTERN, message.to_owned());
        }
        let mut upstream: Self = match serde_json::from_value(value.clone()) {
            Ok(upstream) => upstream,
            Err(error) => return wrong("", &indexes::SCHEMA_TYPE, format!("{error}.")),
        };
        match source_url::parse(&upstream.url) {
            Err(refused) => return wrong("/url", refused.code, refused.message),
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                return wrong(
                    "/url",
                    &fields::URL_INVALID,
                    "Give the base URL of the hub, without a query.".to_owned(),
                );
            }
            Ok(url) => upstream.url = without_slash(url.as_str()),
        }
        match upstream.url.len() {
            0..=MAX_URL_BYTES => Ok(upstream),
            _ => wrong(
                "/url",
                &fields::URL_TOO_LONG,
                format!("The base URL of a hub has at most {MAX_URL_BYTES} bytes."),
            ),
        }
    }

    /// Whether this is the base URL of the hub, in any spelling.
    pub fn is_at(&self, url: &str) -> bool {
        base_url(url).is_some_and(|url| url == self.url)
    }
}

/// The base URL of a hub in the spelling in which hubs are named; `None` if it is not valid, has credentials, or has more than a path.
pub fn base_url(url: &str) -> Option<String> {
    let url = source_url::parse(url).ok().filter(|url| url.query().is_none() && url.fragment().is_none())?;
    Some(without_slash(url.as_str()))
}

fn without_slash(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

const ACTOR: &str = "upstream:";

/// The actor of the changes of the upstream with this name. No token has such a name.
pub fn actor(name: &str) -> String {
    format!("{ACTOR}{name}")
}

/// The upstream whose actor this is; `None` if it is another actor.
pub fn name_of(actor: &str) -> Option<&str> {
    actor.strip_prefix(ACTOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_upstream_is_a_name_and_a_base_url() {
        let upstream = Upstream::from_value("acme", &json!({"url": "https://Hub.example.org/"})).expect("valid");
        assert_eq!((upstream.url.as_str(), upstream.transitive), ("https://hub.example.org", false));
        assert!(upstream.is_at("https://hub.example.org:443/") && !upstream.is_at("https://hub.example.org/x"));
        for (name, document, code) in [
            ("Acme", json!({"url": "https://a.org"}), "schema-pattern"),
            ("acme", json!({}), "schema-type"),
            ("acme", json!({"url": "https://a.org", "secret": 1}), "schema-type"),
            ("acme", json!({"url": "ftp://a.org"}), "url-scheme"),
            ("acme", json!({"url": "https://a.org/?x"}), "url-invalid"),
            ("acme", json!({"url": format!("https://a.org/{}", "x".repeat(200))}), "url-too-long"),
        ] {
            let refused = Upstream::from_value(name, &document).expect_err("refused");
            assert_eq!(refused[0].code.code, code, "{document}");
        }
    }
}
