//! Named tokens.

use crate::{Json, Open, Variant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What `GET /v1/tokens` is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TokensQuery {
    /// Tokens in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<TokenState>,
    /// Most tokens on a page; 100 unless told.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    #[param(pattern = r"^1\.")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

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
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Active, Self::Expired, Self::Revoked];
}

impl Variant for TokenState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// A page of tokens.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// Ordered by name.
    #[schema(value_type = Vec<Token>)]
    pub tokens: Vec<Json<Token>>,
    /// How many match on all pages.
    pub total: usize,
    /// Cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

/// A token without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// Unique, and never reused.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// For people.
    #[serde(default)]
    #[schema(required)]
    pub description: String,
    /// Whether it may be used.
    #[schema(value_type = TokenState)]
    pub state: Open<TokenState>,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// Name of the token that made it.
    pub created_by: String,
    /// When it ends; null: not before it is revoked.
    #[schema(required)]
    pub expires_at: Option<String>,
    /// When it was last used, to the hour; null: never.
    #[schema(required)]
    pub last_used_at: Option<String>,
    /// When it was revoked; null: never.
    #[schema(required)]
    pub revoked_at: Option<String>,
    /// Name of the token that revoked it; null: none did.
    #[schema(required)]
    pub revoked_by: Option<String>,
}

/// A new token, with the secret that is shown this one time.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// The secret, shown this one time.
    pub token: String,
    /// What is known of it from now on.
    #[serde(flatten)]
    pub view: Token,
}

/// What the holder of a token may know of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OwnToken {
    /// `bootstrap` for the operator's own.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// Always `active`, since it was just used.
    #[schema(value_type = TokenState)]
    pub state: Open<TokenState>,
    /// When it ends; null: not before it is revoked.
    #[schema(required)]
    pub expires_at: Option<String>,
}
