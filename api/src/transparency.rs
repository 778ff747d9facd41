//! The transparency log: `GET /v1/log/…`.
//!
//! The responses are texts in the formats of C2SP, which `federation::transparency` reads and writes.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/log/proof`.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProofQuery {
    /// The revision whose leaf is to be proved.
    pub revision: u64,
    /// The size of the tree that contains it; that of the newest checkpoint by default.
    pub size: Option<u64>,
}

/// Query parameters of `GET /v1/log/consistency`.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyQuery {
    /// The size of the older tree.
    pub old: u64,
}

/// The bytes of a tile.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Tile(pub Vec<u8>);
