//! Checks whether a hub answers, and why not.

use crate::client::{Client, Request};
use crate::commands::checks::Finding;
use crate::exit::Exit;
use crate::failure::Failure;
use api::health::Health;
use api::paths;

/// The health report of a hub.
pub(super) struct Seen {
    pub(super) version: String,
    pub(super) revision: u64,
    /// The hub's time, as received.
    pub(super) date: Option<String>,
}

/// Requests the health report, which only a hub provides.
pub(super) async fn hub(client: &Client) -> Result<Seen, Failure> {
    let answer = client.send(Request::get(paths::HEALTH)).await?;
    let health: Health = answer.shape()?;
    let (version, Some(revision)) = (health.version, health.revision) else {
        return Err(Failure::new(Exit::Unreachable, format!("the server at {} is not a hub", client.base()))
            .hint("check that --base-url or REUSE_SURFACE_URL is the URL of a reuse-surface hub"));
    };
    if health.status != "ok" {
        let what = format!("the hub reports its status as `{}`, not `ok`", health.status);
        return Err(Failure::new(Exit::Refused, what).hint("see the hub's log, or contact the operator of the hub"));
    }
    Ok(Seen { version, revision, date: answer.date })
}

/// Whether the connection is encrypted. It was established, so the certificate was accepted.
pub(super) fn tls(client: &Client) -> Finding {
    let base = client.base();
    if base.is_https() {
        return Finding::Fine("the certificate is valid for this host".to_owned());
    }
    if base.is_loopback() {
        return Finding::Skipped("plain http on this machine".to_owned());
    }
    Finding::Warning("plain http to another machine".to_owned(), "use an https URL: a token would be sent unencrypted")
}
