//! `GET /v1/log/proof` and `GET /v1/log/consistency`: proofs, each with the checkpoint that it leads to.

use crate::edge::Query;
use crate::hub::{App, transparency};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use api::transparency::{ConsistencyQuery, ProofQuery};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use store::database::read_with;

/// Proves that a revision is in the log.
///
/// The index of its leaf, the hashes that lead from it to the root (RFC 9162, section 2.1.3) and the checkpoint with that root: a proof of C2SP `tlog-proof`.
#[utoipa::path(
    get,
    path = paths::LOG_PROOF,
    operation_id = "proveInclusion",
    tag = "transparency",
    params(ProofQuery, Conditional),
    responses((
        status = 200,
        description = "The proof.",
        body = String,
        content_type = "text/plain",
        headers(("ETag"), ("Cache-Control")),
    )),
    extensions(("x-problems" = json!([kinds::LOG_NOT_SIGNED.code, kinds::NOT_LOGGED.code]))),
)]
pub async fn inclusion<P: Ports>(
    State(app): State<App<P>>,
    Query(query): Query<ProofQuery>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let ProofQuery { revision, size } = query;
    let database = app.database().await?;
    let proof = read_with(database, async |tx| transparency::inclusion(tx, app.log_keys(), revision, size).await);
    Ok(super::text(&request, proof.await?))
}

/// Proves that the log extends an older state.
///
/// The hashes from which the root of the first `old` leaves and that of all leaves are computed (RFC 9162, section 2.1.4), and the newest checkpoint: the body that
/// a witness of C2SP `tlog-witness` accepts at `add-checkpoint`.
#[utoipa::path(
    get,
    path = paths::LOG_CONSISTENCY,
    operation_id = "proveConsistency",
    tag = "transparency",
    params(ConsistencyQuery, Conditional),
    responses((
        status = 200,
        description = "The proof.",
        body = String,
        content_type = "text/plain",
        headers(("ETag"), ("Cache-Control")),
    )),
    extensions(("x-problems" = json!([kinds::LOG_NOT_SIGNED.code, kinds::NOT_LOGGED.code]))),
)]
pub async fn consistency<P: Ports>(
    State(app): State<App<P>>,
    Query(query): Query<ConsistencyQuery>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let database = app.database().await?;
    let proof = read_with(database, async |tx| transparency::consistency(tx, app.log_keys(), query.old).await);
    Ok(super::text(&request, proof.await?))
}
