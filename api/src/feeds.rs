//! Feeds of what is published.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/changes.atom`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AtomQuery {
    /// Only changes of exactly this repo, also under its former names.
    #[param(max_length = 1000)]
    pub repo: Option<String>,
    /// Only changes of sources in exactly this domain.
    #[param(max_length = 1000)]
    pub domain: Option<String>,
    /// The cursor in the link to the next page.
    #[param(pattern = r"^1\.[0-9]{1,19}$")]
    pub cursor: Option<String>,
}

/// How long a stream lasts by default, in seconds.
pub const DEFAULT_STREAM_SECONDS: u32 = 600;
/// The highest `seconds` of [`StreamQuery`].
pub const MAX_STREAM_SECONDS: u32 = 3600;

/// Query parameters of `GET /v1/changes/stream`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StreamQuery {
    /// The revision that the client has; the newest by default. `Last-Event-ID` takes precedence.
    pub since: Option<u64>,
    /// The stream ends after this many seconds at the latest; 600 by default.
    #[param(minimum = 1, maximum = 3600)]
    pub seconds: Option<u32>,
}

/// An event of the stream: its fields, as Server-Sent Events have them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RevisionEvent {
    /// The number of the revision, which a client sends as `Last-Event-ID` to resume after it.
    pub id: String,
    /// `revision`.
    pub event: String,
    /// The revision as in `GET /v1/federated/revisions`, as JSON.
    #[schema(content_media_type = "application/json")]
    pub data: String,
}
