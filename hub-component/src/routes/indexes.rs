//! `GET /v1/indexes/{digest}`: the exact bytes of a published index.

use crate::edge::{self, Caching, Path, Representation, memo};
use crate::hub::App;
use crate::hub::MAX_MEMO_SECONDS;
use crate::hub::TruncatedBody;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use federation::digest::Digest;
use federation::negotiation::Coding;
use futures::{StreamExt as _, stream};
use http::header::{CONTENT_ENCODING, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use store::snapshots::{PackedReader, Reader};

/// Reads a snapshot.
///
/// The exact bytes of an accepted index, named by their digest, for as long as a kept revision contains it.
#[utoipa::path(
    get,
    path = paths::INDEX,
    operation_id = "readIndex",
    tag = "federation",
    params(
        ("digest" = Digest, Path, description = "The digest of the exact bytes."),
        Conditional,
        ("Accept-Encoding" = Option<String>, Header, description = "`gzip`, or no coding."),
    ),
    responses(
        (
            status = 200,
            description = "The exact bytes that the source published.",
            body = ref("#/components/schemas/CapabilityIndex"),
            content_type = "application/yaml",
            headers(("ETag"), ("Cache-Control"), ("Vary"), ("Content-Encoding")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::SNAPSHOT_NOT_FOUND.code, kinds::NOT_ACCEPTABLE.code]))),
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
    let is_packed = edge::coding(&request)? == Coding::Gzip;
    let etag = if is_packed { format!("\"{digest}.gzip\"") } else { format!("\"{digest}\"") };
    let body = match (is_packed, edge::is_not_modified(&request, &etag, None)) {
        (true, known) => {
            let reader = PackedReader::open(database, &digest).await?.ok_or_else(not_found)?;
            if known { Body::empty() } else { packed(&app.ports, reader) }
        }
        (false, known) => {
            let reader = Reader::open(database, &digest).await?.ok_or_else(not_found)?;
            if known { Body::empty() } else { plain(&app.ports, reader).await? }
        }
    };
    let read = Representation {
        media_type: "application/yaml",
        body,
        etag: &etag,
        modified: None,
        caching: Caching::Immutable,
    };
    let mut response = read.respond(&request);
    let is_coded = is_packed && response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    headers.extend(is_coded.then(|| (CONTENT_ENCODING, HeaderValue::from_static("gzip"))));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    Ok(memo(response, Some(MAX_MEMO_SECONDS)))
}

/// The body as it was published.
async fn plain<P: Ports>(ports: &P, mut reader: Reader) -> Result<Body, Problem> {
    let length = reader.length();
    // A small index is read completely here, so that damage is reported before anything is sent.
    let first = reader.next(ports.database()).await?.unwrap_or_default();
    let rest = stream::try_unfold((reader, ports.clone()), |(mut reader, ports)| async move {
        let part = reader.next(ports.database()).await.map_err(|error| TruncatedBody(error.to_string()))?;
        Ok(part.map(|part| (Bytes::from(part), (reader, ports))))
    });
    Ok(edge::streamed(length, stream::iter([Ok(Bytes::from(first))]).chain(rest).boxed()))
}

/// The body as it is stored.
fn packed<P: Ports>(ports: &P, reader: PackedReader) -> Body {
    let length = reader.length();
    let parts = stream::try_unfold((reader, ports.clone()), |(mut reader, ports)| async move {
        let part = reader.next(ports.database()).await.map_err(|error| TruncatedBody(error.to_string()))?;
        Ok(part.map(|part| (Bytes::from(part), (reader, ports))))
    });
    edge::streamed(length, parts.boxed())
}
