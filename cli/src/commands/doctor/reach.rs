//! Whether what answers is a hub, and why nothing does.

use crate::client::{Client, Request};
use crate::commands::checks::Finding;
use crate::exit::Exit;
use crate::failure::Failure;
use api::health::Health;
use api::paths;

/// What a hub says of itself.
pub(super) struct Seen {
    pub(super) version: String,
    pub(super) revision: u64,
    /// Its clock, as it came.
    pub(super) date: Option<String>,
}

/// Asks for the health that only a hub has.
pub(super) async fn hub(client: &Client) -> Result<Seen, Failure> {
    let answer = client.send(Request::get(paths::HEALTH)).await?;
    let health: Health = answer.shape()?;
    let (version, Some(revision)) = (health.version, health.revision) else {
        return Err(Failure::new(Exit::Unreachable, format!("what answers at {} is not a hub", client.base()))
            .hint("see whether --base-url or REUSE_SURFACE_URL names a reuse-surface hub"));
    };
    if health.status != "ok" {
        let what = format!("the hub says `{}` of itself, not `ok`", health.status);
        return Err(Failure::new(Exit::Refused, what).hint("see the hub's log, or tell whoever runs it"));
    }
    Ok(Seen { version, revision, date: answer.date })
}

/// How the connection is protected; it worked, so a certificate was accepted.
pub(super) fn tls(client: &Client) -> Finding {
    let base = client.base();
    if base.is_https() {
        return Finding::Fine("the certificate is valid for this host".to_owned());
    }
    if base.is_loopback() {
        return Finding::Skipped("plain http on this machine".to_owned());
    }
    Finding::Warning("plain http to another machine".to_owned(), "use an https URL: a token would travel in the clear")
}
