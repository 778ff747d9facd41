//! What a mirror asks of its primary.

use super::{Fault, fault};
use crate::hub::refresh;
use crate::ports::Ports;
use api::federated::{Log, LogQuery};
use api::paths;
use api::query::pairs;
use federation::digest::Digest;
use federation::time::{Seconds, rfc3339};
use url::form_urlencoded::Serializer;

/// How long the primary may wait for something new, in seconds: less than a response may take to begin.
const WAIT: u32 = 8;

/// What the primary published after `since`, and what it verified after `verified_after`.
pub(super) async fn log<P: Ports>(ports: &P, primary: &str, since: u64, verified_after: Seconds) -> Result<Log, Fault> {
    let query = pairs(&LogQuery { since, wait: WAIT, verified_after: Some(rfc3339(verified_after)) });
    let query = Serializer::new(String::new()).extend_pairs(query).finish();
    let bytes = fetched(ports, &format!("{primary}{}?{query}", paths::LOG)).await?;
    serde_json::from_slice(&bytes).map_err(|error| fault(format!("{primary} does not answer as a hub does: {error}")))
}

/// The bytes of an index, which are those of this digest.
pub(super) async fn index<P: Ports>(ports: &P, primary: &str, digest: &Digest) -> Result<Vec<u8>, Fault> {
    let bytes = fetched(ports, &format!("{primary}{}", paths::INDEX.replace("{digest}", digest.as_str()))).await?;
    match Digest::of(&bytes) == *digest {
        true => Ok(bytes),
        false => Err(fault(format!("{primary} sends other bytes for the index {digest}"))),
    }
}

async fn fetched<P: Ports>(ports: &P, url: &str) -> Result<Vec<u8>, Fault> {
    refresh::fetch(ports, url).await.map_err(|failed| fault(format!("{url}: {}", failed.message)))
}
