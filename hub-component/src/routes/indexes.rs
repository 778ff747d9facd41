//! `GET /v1/indexes/{digest}`: the exact bytes of a published index.

use crate::app::App;
use crate::edge::{AN_HOUR, Caching, Path, Read, memo};
use crate::openapi::Conditional;
use crate::ports::{Database as _, Ports};
use crate::problem::{Problem, kinds};
use crate::store::snapshots;
use axum::extract::State;
use axum::response::Response;
use federation::digest::Digest;
use http::HeaderMap;

/// A snapshot, named by its digest.
#[utoipa::path(
    get,
    path = "/v1/indexes/{digest}",
    operation_id = "readIndex",
    tag = "federation",
    params(
        ("digest" = Digest, Path, description = "The digest of the exact bytes."),
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "The exact bytes that the source published.",
            body = ref("#/components/schemas/CapabilityIndex"),
            content_type = "application/yaml",
            headers(("ETag"), ("Cache-Control")),
        ),
    ),
    extensions(("x-problems" = json!(["snapshot-not-found"]))),
)]
pub async fn index<P: Ports>(
    State(app): State<App<P>>,
    Path(name): Path<String>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let not_found = || {
        Problem::new(
            &kinds::SNAPSHOT_NOT_FOUND,
            "No index with this digest is kept; `GET /v1/federated/manifest` lists those that are.",
        )
    };
    let digest = Digest::parse(&name).ok_or_else(not_found)?;
    let mut tx = app.database().await?.read().await?;
    let bytes = snapshots::bytes(&mut tx, &digest).await?.ok_or_else(not_found)?;
    let read = Read {
        media_type: "application/yaml",
        body: bytes.into(),
        etag: &format!("\"{digest}\""),
        modified: None,
        caching: Caching::Immutable,
    };
    Ok(memo(read.respond(&request), Some(AN_HOUR)))
}
