//! The audit trail.

use crate::Json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/events`; without any, all events match.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// Only events about this repo, also under its former names.
    pub repo: Option<String>,
    /// Only events caused by the token with this name.
    pub actor: Option<String>,
    /// Only events with this action.
    pub action: Option<String>,
    /// Maximum number of events on a page; 50 by default.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    #[param(pattern = r"^1\.[0-9]{1,19}$")]
    pub cursor: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Events {
    /// The events, newest first.
    #[schema(value_type = Vec<Event>)]
    pub events: Vec<Json<Event>>,
    /// Cursor of the next page; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// The words for actions. Those that publish are also the causes of revisions.
pub mod action {
    /// A repo was registered.
    pub const REGISTER: &str = "register";
    /// A registration was changed.
    pub const UPDATE: &str = "update";
    /// A repo was renamed.
    pub const RENAME: &str = "rename";
    /// A registration was removed.
    pub const DEREGISTER: &str = "deregister";
    /// The source of one repo was refreshed.
    pub const REFRESH: &str = "refresh";
    /// The sources that were due were refreshed.
    pub const COMPOSE: &str = "compose";
    /// A held index was released.
    pub const RELEASE: &str = "release";
    /// A token was created.
    pub const TOKEN_CREATE: &str = "token-create";
    /// A token was revoked.
    pub const TOKEN_REVOKE: &str = "token-revoke";
    /// A catalogue was registered.
    pub const CATALOGUE_CREATE: &str = "catalogue-create";
    /// A catalogue was changed.
    pub const CATALOGUE_UPDATE: &str = "catalogue-update";
    /// A held listing was released.
    pub const CATALOGUE_RELEASE: &str = "catalogue-release";
    /// A catalogue was removed.
    pub const CATALOGUE_DELETE: &str = "catalogue-delete";
    /// An upstream was set or replaced.
    pub const UPSTREAM_SET: &str = "upstream-set";
    /// An upstream was removed.
    pub const UPSTREAM_REMOVE: &str = "upstream-remove";
}

/// The causes of revisions that are no actions of a token.
pub mod cause {
    /// A catalogue lists other repos or indexes.
    pub const CATALOGUE: &str = "catalogue";
    /// An upstream published a revision.
    pub const UPSTREAM: &str = "upstream";
    /// A backup was restored.
    pub const RESTORE: &str = "restore";
}

/// All actions of this version.
pub const ACTIONS: [&str; 15] = [
    action::REGISTER,
    action::UPDATE,
    action::RENAME,
    action::DEREGISTER,
    action::REFRESH,
    action::COMPOSE,
    action::RELEASE,
    action::TOKEN_CREATE,
    action::TOKEN_REVOKE,
    action::CATALOGUE_CREATE,
    action::CATALOGUE_UPDATE,
    action::CATALOGUE_RELEASE,
    action::CATALOGUE_DELETE,
    action::UPSTREAM_SET,
    action::UPSTREAM_REMOVE,
];

/// One change: who made it, when, to what, and the state before and after it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Increases with each event and is never reused.
    pub number: u64,
    /// Time of the change (RFC 3339).
    pub at: String,
    /// Name of the token that made the change, or `catalogue:` and the name of the catalogue.
    pub actor: String,
    /// `register`, `update`, `rename`, `deregister`, `refresh`, `compose`, `release`, `token-create`, `token-revoke`, `catalogue-create`,
    /// `catalogue-update`, `catalogue-release`, `catalogue-delete`, `upstream-set` or `upstream-remove`.
    pub action: String,
    /// The kind of thing that changed: `repo`, `token`, `catalogue` or `upstream`.
    pub kind: String,
    /// Name of the repo, token, catalogue or upstream.
    pub subject: String,
    /// The state before the change; null if there was none.
    pub before: Value,
    /// The state after the change; null if it was removed.
    pub after: Value,
    /// The revision that the change published, if any.
    #[schema(required)]
    pub revision: Option<u64>,
    /// The request's `X-Request-Id`; empty for a change by a catalogue.
    pub request_id: String,
}
