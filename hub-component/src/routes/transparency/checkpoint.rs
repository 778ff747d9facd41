//! `GET /v1/log/checkpoint`: the newest state of the log, signed.

use crate::hub::{App, transparency};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use store::database::read_with;

/// Reads the checkpoint.
///
/// The name and history of the transparency log, the number of its leaves and the root of their Merkle tree, signed: a checkpoint of C2SP `tlog-checkpoint`.
/// Each revision is a leaf.
#[utoipa::path(
    get,
    path = paths::CHECKPOINT,
    operation_id = "readCheckpoint",
    tag = "transparency",
    params(Conditional),
    responses((
        status = 200,
        description = "The checkpoint.",
        body = String,
        content_type = "text/plain",
        headers(("ETag"), ("Cache-Control")),
    )),
    extensions(("x-problems" = json!([kinds::LOG_NOT_SIGNED.code]))),
)]
pub async fn checkpoint<P: Ports>(State(app): State<App<P>>, request: HeaderMap) -> Result<Response, Problem> {
    let database = app.database().await?;
    let (_, note) = read_with(database, async |tx| transparency::checkpoint(tx, app.log_keys(), None).await).await?;
    Ok(super::text(&request, note.to_string()))
}
