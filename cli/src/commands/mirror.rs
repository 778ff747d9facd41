//! Downloads a hub's snapshots into the cache.

use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::offline::Cache;
use crate::output::Output;
use api::paths;
use federation::compose::SourceLine;
use federation::digest::Digest;
use futures::StreamExt as _;
use futures::stream;
use std::collections::BTreeSet;

/// Maximum number of parallel downloads.
const AT_A_TIME: usize = 8;

/// Downloads the snapshots of `sources` into the cache and checks the digest of each. Returns how many were downloaded.
pub(super) async fn snapshots(
    client: &Client,
    sources: &[SourceLine],
    cache: &Cache,
    output: &Output,
) -> Result<usize, Failure> {
    let missing: BTreeSet<&Digest> = sources.iter().map(|it| &it.index_digest).filter(|it| !cache.has(it)).collect();
    let bar = output.bar(missing.len(), "snapshots");
    let downloads = missing.iter().map(|digest| async move {
        let bytes = client.download(Request::get(paths::INDEX).named(digest.as_str())).await?;
        if Digest::of(&bytes) != **digest {
            return Err(Failure::new(Exit::Refused, format!("the hub sent wrong bytes for the snapshot {digest}"))
                .hint("nothing was changed; contact the operator of the hub"));
        }
        cache.keep_snapshot(digest, &bytes)
    });
    let mut downloads = stream::iter(downloads).buffer_unordered(AT_A_TIME);
    while let Some(downloaded) = downloads.next().await {
        downloaded?;
        bar.step();
    }
    Ok(missing.len())
}
