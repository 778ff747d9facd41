//! What a mirror requests from its primary, and a hub from its upstreams.

use super::{Fault, fault};
use crate::hub::refresh;
use crate::ports::Ports;
use api::federated::{Log, LogQuery};
use api::paths;
use api::query::pairs;
use federation::digest::Digest;
use url::form_urlencoded::Serializer;

/// What another hub has published and verified since the revision and the time in `query`.
///
/// # Errors
/// If it does not respond as a hub does.
pub async fn log<P: Ports>(ports: &P, primary: &str, query: &LogQuery) -> Result<Log, Fault> {
    let query = pairs(query);
    let query = Serializer::new(String::new()).extend_pairs(query).finish();
    let bytes = fetched(ports, &format!("{primary}{}?{query}", paths::LOG)).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| fault(format!("{primary} did not send a valid response of a hub: {error}")))
}

/// The bytes of the index with this digest.
///
/// # Errors
/// If they do not arrive, or have another digest.
pub async fn index<P: Ports>(ports: &P, primary: &str, digest: &Digest) -> Result<Vec<u8>, Fault> {
    let bytes = fetched(ports, &format!("{primary}{}", paths::INDEX.replace("{digest}", digest.as_str()))).await?;
    match Digest::of(&bytes) == *digest {
        true => Ok(bytes),
        false => Err(Fault::Falsified(format!("{primary} sends the wrong bytes for the index {digest}"))),
    }
}

async fn fetched<P: Ports>(ports: &P, url: &str) -> Result<Vec<u8>, Fault> {
    refresh::fetch(ports, url).await.map_err(|failed| fault(format!("{url}: {}", failed.message)))
}
