//! The manifest of a revision: the sources from which it was composed.

use super::{Client, Error, Request};
use api::federated::{Manifest, ManifestQuery};
use api::paths;
use federation::compose::digest;

/// The manifest of `revision`, or of the newest one.
pub(crate) async fn manifest(client: &Client, revision: Option<u64>) -> Result<Manifest, Error> {
    let answer =
        client.send(Request::get(paths::MANIFEST).query(&ManifestQuery { revision, min_revision: None })).await?;
    let manifest: Manifest = answer.shape()?;
    if digest(&manifest.sources) == manifest.digest {
        return Ok(manifest);
    }
    Err(answer.unexpected("a list of sources that does not match its digest"))
}
