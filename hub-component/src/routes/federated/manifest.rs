//! `GET /v1/federated/manifest`: the sources of a revision, so that a mirror fetches only changed indexes.

use crate::edge::{self, Caching, Query, memo};
use crate::hub::App;
use crate::hub::MAX_MEMO_SECONDS;
use crate::hub::document::kept;
use crate::hub::{revalidate_due, wait_for_revision};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::federated::{Manifest, ManifestQuery};
use api::headers;
use api::paths;
use axum::extract::State;
use axum::response::Response;
use federation::time::rfc3339;
use http::{HeaderMap, HeaderValue};
use std::collections::BTreeMap;
use store::database::read_with;
use store::revisions;

/// Reads the manifest of a revision.
///
/// The document without its capabilities: what a mirror needs to fetch only the snapshots that it lacks.
#[utoipa::path(
    get,
    path = paths::MANIFEST,
    operation_id = "readManifest",
    tag = "federation",
    params(ManifestQuery, Conditional),
    responses(
        (
            status = 200,
            description = "The document without its capabilities.",
            body = Manifest,
            headers(("ETag"), ("Cache-Control"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Mirrored")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::REVISION_NOT_FOUND.code, kinds::REVISION_GONE.code, kinds::BEHIND.code]))),
)]
pub async fn manifest<P: Ports>(
    State(app): State<App<P>>,
    Query(parameters): Query<ManifestQuery>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    wait_for_revision(&app, parameters.min_revision).await?;
    let database = app.database().await?;
    let (caching, memo_for, mirrored_at) = match parameters.revision {
        // The sources of a revision never change, but a commit may become known later.
        Some(_) => (Caching::NoCache, Some(MAX_MEMO_SECONDS), None),
        None => {
            let (head, memo_for) = revalidate_due(&app).await?;
            (Caching::Revalidated, memo_for, head.mirrored_at(app.primary()))
        }
    };
    let manifest = read_with(database, async |tx| {
        let revision = match parameters.revision {
            Some(number) => Some(kept(tx, number).await?),
            None => revisions::newest(tx).await?,
        };
        Ok::<_, Problem>(match revision {
            Some(revision) => {
                let sources = revisions::lines_at(tx, revision.number).await?;
                revisions::verify(Some(&revision), sources.iter())?;
                let repos: Vec<&str> = sources.iter().map(|line| line.repo.as_str()).collect();
                Manifest {
                    version: 1,
                    provenance: revisions::commits_at(tx, revision.number, &repos).await?,
                    revision: revision.number,
                    parent: revisions::parent(tx, revision.number).await?,
                    digest: revision.digest,
                    composed_at: Some(rfc3339(revision.composed_at)),
                    sources,
                }
            }
            None => {
                let digest = federation::compose::digest(&[]);
                Manifest {
                    version: 1,
                    revision: 0,
                    parent: None,
                    digest,
                    composed_at: None,
                    sources: Vec::new(),
                    provenance: BTreeMap::new(),
                }
            }
        })
    })
    .await?;
    let mut response = edge::json(&request, caching, &manifest)?;
    response.headers_mut().insert(headers::REVISION, HeaderValue::from(manifest.revision));
    if let Some(at) = mirrored_at.and_then(|at| HeaderValue::try_from(rfc3339(at)).ok()) {
        response.headers_mut().insert(headers::MIRRORED, at);
    }
    Ok(memo(response, memo_for))
}
