//! A token as clients see it: never its secret.

use crate::store::tokens::Token;
use federation::time::{Seconds, rfc3339};
use federation::token::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a token may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenState {
    /// The token is valid.
    Active,
    /// Its time is over.
    Expired,
    /// The token was revoked.
    Revoked,
}

impl TokenState {
    pub(super) fn of(token: &Token, now: Seconds) -> Self {
        match () {
            () if token.revoked.is_some() => Self::Revoked,
            () if token.has_expired(now) => Self::Expired,
            () => Self::Active,
        }
    }
}

/// A token without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenView {
    /// Unique, and never reused.
    name: String,
    /// What it allows.
    scopes: Vec<String>,
    /// For people.
    description: String,
    /// Whether it may be used.
    state: TokenState,
    /// When it was made (RFC 3339).
    created_at: String,
    /// Name of the token that made it.
    created_by: String,
    /// When it ends; null: not before it is revoked.
    #[schema(required)]
    expires_at: Option<String>,
    /// When it was last used, to the hour; null: never.
    #[schema(required)]
    last_used_at: Option<String>,
    /// When it was revoked; null: never.
    #[schema(required)]
    revoked_at: Option<String>,
    /// Name of the token that revoked it; null: none did.
    #[schema(required)]
    revoked_by: Option<String>,
}

impl TokenView {
    pub(super) fn new(token: &Token, now: Seconds) -> Self {
        let (revoked_at, revoked_by) = token.revoked.clone().unzip();
        Self {
            name: token.name.clone(),
            scopes: token.scopes.iter().map(Scope::to_string).collect(),
            description: token.description.clone(),
            state: TokenState::of(token, now),
            created_at: rfc3339(token.created_at),
            created_by: token.created_by.clone(),
            expires_at: token.expires_at.map(rfc3339),
            last_used_at: token.last_used_at.map(rfc3339),
            revoked_at: revoked_at.map(rfc3339),
            revoked_by,
        }
    }
}

/// A token as the audit trail tells of it.
pub(super) fn grant(token: &Token) -> serde_json::Value {
    serde_json::json!({
        "scopes": token.scopes.iter().map(Scope::to_string).collect::<Vec<_>>(),
        "expires_at": token.expires_at.map(rfc3339),
        "description": token.description,
    })
}
