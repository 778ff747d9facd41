//! The changes from one revision to another.

use crate::{Json, Open};
use federation::diff::Op;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/changes`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ChangesQuery {
    /// The revision that the client has; 0 for none.
    pub since: u64,
    /// Maximum number of revisions on a page; 20 by default.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
    /// `cursor` of the previous page; continues within the revision after `since`, where that page ended.
    #[param(pattern = r"^1\.[0-9]{1,18}$")]
    pub cursor: Option<String>,
}

/// A page of steps.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Changes {
    /// The revision from which the steps start.
    pub since: u64,
    /// The last revision that the steps complete. Any further steps are only part of the revision after it.
    pub until: u64,
    /// The newest revision.
    pub newest: u64,
    /// The newest revision's document without its capabilities, if the steps lead to that revision; otherwise null.
    #[schema(required, value_type = Option<Object>)]
    pub head: Option<Value>,
    /// The steps, in order.
    #[schema(value_type = Vec<Change>)]
    pub items: Vec<Json<Change>>,
    /// `since` of the next page; null on the last page.
    #[schema(required)]
    pub next: Option<u64>,
    /// `cursor` of the next page, if this page ends within a revision; otherwise null.
    #[schema(required)]
    pub cursor: Option<String>,
}

/// One change to one source's list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// The revision that this step is part of.
    pub revision: u64,
    /// The source whose list changes.
    pub source_repo: String,
    /// The kind of change.
    #[schema(value_type = Op)]
    pub op: Open<Op>,
    /// The capability's id.
    pub id: String,
    /// Position in the source's list at the time of this step, from 0.
    pub position: usize,
    /// The entry before this step; null if there was none.
    #[schema(required, value_type = Option<Object>)]
    pub before: Option<Value>,
    /// The entry after this step; null if there is none.
    #[schema(required, value_type = Option<Object>)]
    pub after: Option<Value>,
}
