//! What a revision was composed from.

use federation::compose::{SourceLine, digest};
use federation::digest::Digest;
use serde::Deserialize;

use super::{Client, Error, Request};

/// What `GET /v1/federated/manifest` answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) revision: u64,
    pub(crate) digest: Digest,
    /// When the revision was composed; none before the first.
    pub(crate) composed_at: Option<String>,
    /// Ordered by repo.
    pub(crate) sources: Vec<SourceLine>,
}

/// The manifest of `revision`, or of the newest one.
pub(crate) async fn manifest(client: &Client, revision: Option<u64>) -> Result<Manifest, Error> {
    let request = Request::get(&["v1", "federated", "manifest"]).query("revision", revision);
    let answer = client.send(request).await?;
    let manifest: Manifest = answer.shape()?;
    if digest(&manifest.sources) == manifest.digest {
        return Ok(manifest);
    }
    Err(answer.unexpected("a list of sources that has not the digest it names"))
}
