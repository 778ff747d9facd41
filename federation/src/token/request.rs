//! Requests for new tokens.

use super::Scope;
use crate::problem::{fields, indexes};
use crate::registration::FieldError;
use crate::schema::{self, Schema};
use crate::time::{Seconds, parse_rfc3339, rfc3339};
use crate::whole;
use serde_json::Value;

/// Longest lifetime of a token with an expiry time, in seconds: ten years.
const FURTHEST: Seconds = 315_360_000;

/// A valid request for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// The name of the token.
    pub name: String,
    /// The scopes of the token; at least one.
    pub scopes: Vec<Scope>,
    /// When the token expires; `None` means only when it is revoked.
    pub expires_at: Option<Seconds>,
    /// Free text.
    pub description: String,
}

impl TokenRequest {
    /// Validates a document against `schemas/token-request.schema.yaml`, and its expiry time against `now`.
    ///
    /// # Errors
    /// All invalid fields, in the order of the document.
    pub fn from_value(value: &Value, now: Seconds) -> Result<Self, Vec<FieldError>> {
        let violations = schema::violations(Schema::TokenRequest, value);
        if !violations.is_empty() {
            return Err(violations.into_iter().map(FieldError::from).collect());
        }
        let text = |name: &str| value[name].as_str().unwrap_or_default();
        let expires_at = match (value.get("expires_at"), value.get("expires_in_seconds")) {
            (Some(time), _) => Some(expiry(time.as_str().unwrap_or_default(), now).map_err(|error| vec![error])?),
            (None, Some(seconds)) => {
                let refused =
                    || vec![FieldError::new("/expires_in_seconds", &indexes::SCHEMA_TYPE, "must be an integer")];
                Some(now.saturating_add(whole::integer(seconds).ok_or_else(refused)?))
            }
            (None, None) => None,
        };
        let scopes = value["scopes"].as_array().into_iter().flatten();
        let scopes = scopes.map(|scope| scope.as_str().and_then(Scope::parse)).collect::<Option<_>>();
        let unknown = || vec![FieldError::new("/scopes", &indexes::SCHEMA_PATTERN, "one of these is not a scope")];
        Ok(Self {
            name: text("name").to_owned(),
            scopes: scopes.ok_or_else(unknown)?,
            expires_at,
            description: text("description").to_owned(),
        })
    }
}

fn expiry(time: &str, now: Seconds) -> Result<Seconds, FieldError> {
    let refused = |code, message| FieldError::new("/expires_at", code, message);
    match parse_rfc3339(time) {
        None => Err(refused(
            &fields::EXPIRY_INVALID,
            "This is not an RFC 3339 time with a time zone; write it like `2027-01-31T00:00:00Z`.".to_owned(),
        )),
        Some(at) if at <= now => {
            Err(refused(&fields::EXPIRY_PAST, format!("This time is in the past; choose one after {}.", rfc3339(now))))
        }
        Some(at) if at - now > FURTHEST => Err(refused(
            &fields::EXPIRY_TOO_FAR,
            format!("A token is valid for at most ten years; choose a time up to {}.", rfc3339(now + FURTHEST)),
        )),
        Some(at) => Ok(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Seconds = 1_800_000_000;

    fn with(field: &str, value: Value) -> Value {
        let mut request = json!({"name": "ci", "scopes": ["compose"]});
        request[field] = value;
        request
    }

    #[test]
    fn a_request_says_when_the_token_ends() {
        let expiry = |field, value| TokenRequest::from_value(&with(field, value), NOW).unwrap().expires_at;
        assert_eq!(expiry("description", json!("x")), None);
        for minute in [json!(60), json!(60.0), json!(6e1)] {
            assert_eq!(expiry("expires_in_seconds", minute), Some(NOW + 60));
        }
        assert_eq!(expiry("expires_at", json!("2027-01-15T09:00:01+01:00")), Some(NOW + 1));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let (past, far) = (rfc3339(NOW), rfc3339(NOW + FURTHEST + 1));
        for (field, value, pointer, code) in [
            ("name", json!("CI"), "/name", "schema-pattern"),
            ("name", json!("a".repeat(65)), "/name", "schema-pattern"),
            ("name", json!("bootstrap"), "/name", "schema-forbidden"),
            ("name", json!("hub"), "/name", "schema-forbidden"),
            ("name", json!("self"), "/name", "schema-forbidden"),
            ("scopes", json!([]), "/scopes", "schema-too-few"),
            ("scopes", json!(["admin", "admin"]), "/scopes", "schema-unique"),
            ("scopes", json!(["repos:read"]), "/scopes/0", "schema-pattern"),
            ("scopes", json!(["repos:write:A*"]), "/scopes/0", "schema-pattern"),
            ("scopes", json!("admin"), "/scopes", "schema-type"),
            ("expires_in_seconds", json!(0), "/expires_in_seconds", "schema-range"),
            ("expires_in_seconds", json!(FURTHEST + 1), "/expires_in_seconds", "schema-range"),
            ("expires_at", json!("tomorrow"), "/expires_at", "expiry-invalid"),
            ("expires_at", json!("2030-01-01T00:00:00"), "/expires_at", "expiry-invalid"),
            ("expires_at", json!(past), "/expires_at", "expiry-past"),
            ("expires_at", json!(far), "/expires_at", "expiry-too-far"),
            ("token", json!("rs_1"), "/token", "schema-unknown-field"),
        ] {
            let errors = TokenRequest::from_value(&with(field, value.clone()), NOW).unwrap_err();
            let found: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.code.code)).collect();
            assert_eq!(found, [(pointer, code)], "{field}={value}");
        }
        let mut both = with("expires_at", json!("2030-01-01T00:00:00Z"));
        both["expires_in_seconds"] = json!(1);
        let errors = TokenRequest::from_value(&both, NOW).unwrap_err();
        assert_eq!((errors.len(), errors[0].code.code), (1, "schema-one-of"));
        assert!(TokenRequest::from_value(&json!([]), NOW).is_err());
    }
}
