//! Checks that need no token.

use crate::client::{Client, Error, Request};
use crate::commands::checks::Finding;
use crate::commands::checks::hub::{self, Seen};
use crate::exit::Exit;
use crate::failure::Failure;
use api::federated::FederatedQuery;
use api::paths;
use federation::compose::{SourceLine, digest};
use federation::digest::Digest;
use federation::problem::answers as kinds;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// Checks that the hub is up and can read its database.
pub(super) async fn health(client: &Client) -> Result<Finding, Failure> {
    let Seen { version, revision, .. } = hub::seen(client).await?;
    Ok(Finding::Fine(format!("version {version}, revision {revision}")))
}

/// Checks that the hub is not also served over plain http. The certificate was already accepted, because `health` used the same connection.
pub(super) async fn tls(client: &Client, timeout: Duration) -> Result<Finding, Failure> {
    let Some(clear) = client.base().in_the_clear() else { return Ok(hub::tls(client)) };
    match Client::new(clear, None, timeout)?.send(Request::get(paths::HEALTH)).await {
        Ok(_) => Err(Failure::new(Exit::Refused, "the hub answers over plain http as well")
            .hint("let the proxy redirect http to https: tokens and indexes would be sent unencrypted")),
        Err(Error::Unexpected { status: 300..=399, .. }) => {
            Ok(Finding::Fine("the certificate is valid for this host; http is redirected".to_owned()))
        }
        Err(_) => Ok(Finding::Fine("the certificate is valid for this host; http is not served".to_owned())),
    }
}

#[derive(Deserialize)]
struct Document {
    revision: u64,
    digest: Digest,
    sources: Vec<SourceLine>,
    capabilities: Vec<Value>,
}

/// Checks that the document is complete, that its digest is that of its sources, and that a conditional read with its ETag gets a 304.
pub(super) async fn federated(client: &Client) -> Result<Finding, Failure> {
    let request = || {
        Request::get(paths::FEDERATED)
            .query(&FederatedQuery { format: Some("json".to_owned()), ..FederatedQuery::default() })
    };
    let answer = match client.send(request()).await {
        Err(Error::Problem(problem)) if problem.is(&kinds::NOTHING_PUBLISHED) => {
            return Ok(Finding::Skipped("no index was accepted yet, so nothing is published".to_owned()));
        }
        answer => answer?,
    };
    let document: Document = answer.shape()?;
    if digest(&document.sources) != document.digest {
        return Err(altered("the document's digest is not that of its sources"));
    }
    let promised: usize = document.sources.iter().map(|source| source.capability_count).sum();
    if promised != document.capabilities.len() {
        return Err(altered("the number of capabilities in the document differs from that of its sources"));
    }
    let Some(etag) = answer.etag.as_deref() else { return Err(altered("the document has no ETag")) };
    if !client.is_unchanged(request().if_none_match(etag)).await? {
        // A new revision may have been published in between; the second attempt uses its ETag.
        let etag = client.send(request()).await?.etag.unwrap_or_default();
        if !client.is_unchanged(request().if_none_match(&etag)).await? {
            return Err(altered("a conditional read with the ETag returns the document again"));
        }
    }
    let (sources, capabilities) = (document.sources.len(), document.capabilities.len());
    Ok(Finding::Fine(format!(
        "revision {}, {sources} sources, {capabilities} capabilities; digest and ETag are correct",
        document.revision
    )))
}

fn altered(what: &str) -> Failure {
    Failure::new(Exit::Refused, what)
        .hint("contact the hub without the proxy: something between this machine and the hub changes responses")
}
