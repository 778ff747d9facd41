//! The way from one revision to another.

use crate::{Json, Open};
use federation::diff::Op;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// What `GET /v1/changes` is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ChangesQuery {
    /// The revision the client has; 0 for none.
    pub since: u64,
    /// Most revisions on a page; 20 unless told.
    #[param(minimum = 1, maximum = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Continues inside the revision after `since`, where the previous page ended.
    #[param(pattern = r"^1\.[0-9]{1,18}$")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A page of steps.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Changes {
    /// The revision that the steps begin at.
    pub since: u64,
    /// The newest revision that the steps lead to: what follows of a later one is not all of it.
    pub until: u64,
    /// The newest revision.
    pub newest: u64,
    /// The document of the newest revision without its capabilities, where the steps lead to it; else null.
    #[schema(required, value_type = Option<Object>)]
    pub head: Option<Value>,
    /// The steps, in order.
    #[schema(value_type = Vec<Change>)]
    pub items: Vec<Json<Change>>,
    /// `since` of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<u64>,
    /// `cursor` of the next page, where this one ends inside a revision; else null.
    #[schema(required)]
    pub cursor: Option<String>,
}

/// One step of one source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// The revision that this step is part of.
    pub revision: u64,
    /// The source in whose list the step is made.
    pub source_repo: String,
    /// What it does.
    #[schema(value_type = Op)]
    pub op: Open<Op>,
    /// The capability's id.
    pub id: String,
    /// Place in the source's list, from 0, at the moment of this step.
    pub position: usize,
    /// The entry before this step; null if there was none.
    #[schema(required, value_type = Option<Object>)]
    pub before: Option<Value>,
    /// The entry after this step; null if there is none.
    #[schema(required, value_type = Option<Object>)]
    pub after: Option<Value>,
}
