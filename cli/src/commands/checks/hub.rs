//! Checks whether a hub answers, and whether it matches this program and this machine.

use super::Finding;
use crate::client::{Client, Request, healthy};
use crate::env;
use crate::exit::Exit;
use crate::failure::Failure;
use api::health::Health;
use api::paths;
use federation::time::{Seconds, parse_http_date};

/// The health report of a hub.
pub(crate) struct Seen {
    pub(crate) version: String,
    pub(crate) revision: u64,
    /// The hub's time, as received.
    pub(crate) date: Option<String>,
}

/// Requests the health report, which only a hub provides.
pub(crate) async fn seen(client: &Client) -> Result<Seen, Failure> {
    let answer = client.send(Request::get(paths::HEALTH)).await?;
    let health: Health = answer.shape()?;
    let Some(revision) = health.revision else {
        return Err(Failure::new(Exit::Unreachable, format!("the server at {} is not a hub", client.base()))
            .hint("check that --base-url or REUSE_SURFACE_URL is the URL of a reuse-surface hub"));
    };
    healthy(&health)?;
    Ok(Seen { version: health.version, revision, date: answer.date })
}

/// Whether the connection is encrypted. It was established, so the certificate was accepted.
pub(crate) fn tls(client: &Client) -> Finding {
    let base = client.base();
    if base.is_https() {
        return Finding::Fine("the certificate is valid for this host".to_owned());
    }
    if base.is_loopback() {
        return Finding::Skipped("plain http on this machine".to_owned());
    }
    Finding::Warning("plain http to another machine".to_owned(), "use an https URL: a token would be sent unencrypted")
}

/// Whether the environment names a proxy: this program uses it and `serve` does not, which surprises people in both directions.
pub(crate) fn proxy(client: &Client) -> Finding {
    let Some(names) = env::proxies() else {
        return Finding::Skipped("the environment names no proxy".to_owned());
    };
    let used = match client.base().is_loopback() {
        true => "this program does not use it for a hub on this machine",
        false => "this program reaches the hub through it, unless NO_PROXY lists the hub's host",
    };
    Finding::Warning(
        format!("the environment names a proxy ({names}): {used}"),
        "a hub fetches indexes through a proxy only if it is started with `serve --proxy URL`",
    )
}

const OWN: &str = env!("CARGO_PKG_VERSION");

/// The versions are compatible if all numbers but the last are the same.
pub(crate) fn versions(hub: &str) -> Finding {
    let seen = format!("the hub has version {hub}, this program {OWN}");
    match series(hub) == series(OWN) {
        true => Finding::Fine(seen),
        false => Finding::Warning(
            seen,
            "use the program in the hub's version: they may not support all of each other's features",
        ),
    }
}

fn series(version: &str) -> Option<&str> {
    version.rsplit_once('.').map(|(series, _)| series)
}

/// Tolerance in seconds. Smaller differences come from network latency and from times in whole seconds.
const MAX_DIFFERENCE: Seconds = 60;

/// `date` is the `Date` header of a response that was just received.
pub(crate) fn clocks(date: Option<&str>, now: Seconds) -> Finding {
    let Some(hub) = date.and_then(parse_http_date) else {
        return Finding::Skipped("the hub did not send its time".to_owned());
    };
    let ahead = now - hub;
    if ahead.abs() <= MAX_DIFFERENCE {
        return Finding::Fine(format!("within {MAX_DIFFERENCE} s of each other"));
    }
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    Finding::Warning(
        format!("this machine's clock is {} s {side} the hub's", ahead.abs()),
        "correct the wrong clock (NTP): certificates, expiry and ages depend on it",
    )
}
