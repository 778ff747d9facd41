//! `GET /v1/federated/manifest`: what a mirror needs to fetch only what changed.

use super::{REVISION, revalidate_due};
use crate::app::App;
use crate::document::kept;
use crate::edge::{self, AN_HOUR, Caching, Query, memo};
use crate::openapi::Conditional;
use crate::ports::{Database as _, Ports, Transaction as _};
use crate::problem::Problem;
use crate::store::revisions;
use axum::extract::State;
use axum::response::Response;
use federation::compose::SourceLine;
use federation::digest::Digest;
use federation::time::rfc3339;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// A revision that is kept; the newest unless told.
    revision: Option<u64>,
}

/// A revision's sources.
#[derive(Serialize, ToSchema)]
pub struct Manifest {
    /// Version of this format.
    version: u8,
    /// Number of the revision; 0 before the first.
    revision: u64,
    /// The revision before; null for the first, and for the oldest that is kept.
    #[schema(required)]
    parent: Option<u64>,
    /// Digest of `sources`.
    digest: Digest,
    /// When it was composed.
    #[schema(required)]
    composed_at: Option<String>,
    /// As in the document.
    sources: Vec<SourceLine>,
}

/// The manifest of a revision; of the newest if none is named.
#[utoipa::path(
    get,
    path = "/v1/federated/manifest",
    operation_id = "readManifest",
    tag = "federation",
    params(Parameters, Conditional),
    responses(
        (
            status = 200,
            description = "The document without its capabilities.",
            body = Manifest,
            headers(("ETag"), ("Cache-Control"), ("Reuse-Surface-Revision")),
        ),
    ),
    extensions(("x-problems" = json!(["revision-not-found", "revision-gone"]))),
)]
pub async fn manifest<P: Ports>(
    State(app): State<App<P>>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let database = app.database().await?;
    let (caching, memo_for) = match parameters.revision {
        Some(_) => (Caching::Immutable, Some(AN_HOUR)),
        None => (Caching::Revalidated, revalidate_due(&app).await?.1),
    };
    let mut tx = database.read().await?;
    let revision = match parameters.revision {
        Some(number) => Some(kept(&mut tx, number).await?),
        None => revisions::newest(&mut tx).await?,
    };
    let manifest = match revision {
        Some(revision) => {
            let sources = revisions::lines_at(&mut tx, revision.number).await?;
            revisions::verify(Some(&revision), &sources)?;
            Manifest {
                version: 1,
                revision: revision.number,
                parent: revisions::parent(&mut tx, revision.number).await?,
                digest: revision.digest,
                composed_at: Some(rfc3339(revision.composed_at)),
                sources,
            }
        }
        None => {
            let digest = federation::compose::digest(&[]);
            Manifest { version: 1, revision: 0, parent: None, digest, composed_at: None, sources: Vec::new() }
        }
    };
    tx.end().await;
    let mut response = edge::json(&headers, caching, &manifest)?;
    response.headers_mut().insert(REVISION, HeaderValue::from(manifest.revision));
    Ok(memo(response, memo_for))
}
