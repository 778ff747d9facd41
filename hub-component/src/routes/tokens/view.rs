//! A token as clients see it, never with its secret.

use api::tokens::{Token, TokenState};
use federation::time::{Seconds, rfc3339};
use federation::token::Scope;
use store::tokens::Token as Stored;

/// The state of a token at `now`.
pub(super) fn state(token: &Stored, now: Seconds) -> TokenState {
    match () {
        () if token.revoked.is_some() => TokenState::Revoked,
        () if token.has_expired(now) => TokenState::Expired,
        () => TokenState::Active,
    }
}

/// A token without its secret.
pub(super) fn view(token: &Stored, now: Seconds) -> Token {
    let (revoked_at, revoked_by) = token.revoked.clone().unzip();
    Token {
        name: token.name.clone(),
        scopes: token.scopes.iter().map(Scope::to_string).collect(),
        description: token.description.clone(),
        state: state(token, now).into(),
        created_at: rfc3339(token.created_at),
        created_by: token.created_by.clone(),
        expires_at: token.expires_at.map(rfc3339),
        last_used_at: token.last_used_at.map(rfc3339),
        revoked_at: revoked_at.map(rfc3339),
        revoked_by,
    }
}

/// A token as the audit trail records it.
pub(super) fn grant(token: &Stored) -> serde_json::Value {
    serde_json::json!({
        "scopes": token.scopes.iter().map(Scope::to_string).collect::<Vec<_>>(),
        "expires_at": token.expires_at.map(rfc3339),
        "description": token.description,
    })
}
