//! Named tokens.

use crate::{Json, Open};
use federation::provenance::Provenance;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/tokens`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TokensQuery {
    /// Only tokens in this state.
    pub state: Option<TokenState>,
    /// Maximum number of tokens on a page; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    #[param(pattern = r"^1\.")]
    pub cursor: Option<String>,
}

federation::variants! {
    /// The state of a token.
    pub enum TokenState {
        /// The token is valid.
        Active = "active",
        /// The token has expired.
        Expired = "expired",
        /// The token was revoked.
        Revoked = "revoked",
    }
}

/// A page of tokens.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// The tokens, ordered by name.
    #[schema(value_type = Vec<Token>)]
    pub tokens: Vec<Json<Token>>,
    /// How many tokens match, on all pages.
    pub total: usize,
    /// Cursor of the next page; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// A token without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The name; unique and never reused.
    pub name: String,
    /// The scopes, which say what the token allows.
    pub scopes: Vec<String>,
    /// What the token is for, as text.
    #[serde(default)]
    #[schema(required)]
    pub description: String,
    /// The state of the token.
    #[schema(value_type = TokenState)]
    pub state: Open<TokenState>,
    /// When the token was created (RFC 3339).
    pub created_at: String,
    /// Name of the token that created it.
    pub created_by: String,
    /// When the token expires; null if it does not expire.
    #[schema(required)]
    pub expires_at: Option<String>,
    /// When the token was last used, to the hour; null if never.
    #[schema(required)]
    pub last_used_at: Option<String>,
    /// When the token was revoked; null if it was not.
    #[schema(required)]
    pub revoked_at: Option<String>,
    /// Name of the token that revoked it; null if it was not revoked.
    #[schema(required)]
    pub revoked_by: Option<String>,
}

/// A new token with its secret, which is shown only once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// The secret, shown only in this response.
    pub token: String,
    /// The token without its secret.
    #[serde(flatten)]
    pub view: Token,
}

/// A token as its holder sees it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OwnToken {
    /// The name; `bootstrap` for the operator's own token.
    pub name: String,
    /// The scopes, which say what the token allows.
    pub scopes: Vec<String>,
    /// Always `active`, since the request used the token.
    #[schema(value_type = TokenState)]
    pub state: Open<TokenState>,
    /// When the token expires; null if it does not expire.
    #[schema(required)]
    pub expires_at: Option<String>,
}

/// An identity token of a CI job, to be exchanged for a token of the hub.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The identity token, as the CI system gave it to the job.
    pub identity: String,
    /// The name of the registration that the job publishes.
    pub repo: String,
}

/// A token that an identity was exchanged for.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Exchanged {
    /// The secret, shown only in this response.
    pub token: String,
    /// The name of the token in revisions and events: `ci:` and the repository.
    pub name: String,
    /// The scopes, which allow writes to this repo.
    pub scopes: Vec<String>,
    /// When it expires (RFC 3339).
    pub expires_at: String,
    /// The commit that the job runs for, as its identity says.
    pub provenance: Provenance,
}
