//! `GET /v1/indexes/{digest}`: the exact bytes of a published index.

use crate::edge::{self, Caching, Path, Representation, memo};
use crate::hub::AN_HOUR;
use crate::hub::App;
use crate::hub::BrokenOff;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use federation::digest::Digest;
use futures::{StreamExt as _, stream};
use http::HeaderMap;
use store::snapshots::Reader;

/// Reads a snapshot.
///
/// The exact bytes of an accepted index, named by their digest, for as long as a kept revision contains it.
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
    extensions(("x-problems" = json!([kinds::SNAPSHOT_NOT_FOUND.code]))),
)]
pub async fn index<P: Ports>(
    State(app): State<App<P>>,
    Path(name): Path<String>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let not_found = || {
        Problem::new(
            &kinds::SNAPSHOT_NOT_FOUND,
            "No index with this digest is stored; `GET /v1/federated/manifest` lists the stored indexes.",
        )
    };
    let digest = Digest::parse(&name).ok_or_else(not_found)?;
    let database = app.database().await?;
    let mut reader = Reader::open(database, &digest).await?.ok_or_else(not_found)?;
    let (length, etag) = (reader.length(), format!("\"{digest}\""));
    let body = match edge::not_modified(&request, &etag, None) {
        true => Body::empty(),
        false => {
            // A small index is read completely here, so that damage is reported before anything is sent.
            let first = reader.next(database).await?.unwrap_or_default();
            let rest = stream::try_unfold((reader, app.ports.clone()), |(mut reader, ports)| async move {
                let part = reader.next(ports.database()).await.map_err(|error| BrokenOff(error.to_string()))?;
                Ok(part.map(|part| (Bytes::from(part), (reader, ports))))
            });
            edge::streamed(length, stream::iter([Ok(Bytes::from(first))]).chain(rest).boxed())
        }
    };
    let read = Representation {
        media_type: "application/yaml",
        body,
        etag: &etag,
        modified: None,
        caching: Caching::Immutable,
    };
    Ok(memo(read.respond(&request), Some(AN_HOUR)))
}
