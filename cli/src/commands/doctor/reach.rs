//! Whether what answers is a hub, and why nothing does.

use crate::client::{Client, Error, Health, Request};
use crate::commands::checks::Finding;
use crate::exit::Exit;
use crate::failure::Failure;

/// What a hub says of itself.
pub(super) struct Seen {
    pub(super) version: String,
    pub(super) revision: u64,
    /// Its clock, as it came.
    pub(super) date: Option<String>,
}

/// Asks for the health that only a hub has.
pub(super) async fn hub(client: &Client) -> Result<Seen, Failure> {
    let answer = client.send(Request::get(&["health"])).await.map_err(told)?;
    let health: Health = answer.shape()?;
    let (Some(version), Some(revision)) = (health.version, health.revision) else {
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

/// A failure whose remedy fits what the transport said.
fn told(error: Error) -> Failure {
    let remedy = match &error {
        Error::NotReachable { causes, .. } => remedy(&causes.join(": ").to_lowercase()),
        _ => None,
    };
    let failure = Failure::from(error);
    match remedy {
        Some(remedy) => failure.hint(remedy),
        None => failure,
    }
}

/// What to do about causes in the words of the transport; none if they say nothing that is known here.
fn remedy(causes: &str) -> Option<&'static str> {
    let known = [
        ("expired", "the hub's certificate has expired, or this machine's clock is wrong"),
        ("notvalidyet", "the hub's certificate is not valid yet, or this machine's clock is wrong"),
        ("notvalidforname", "the certificate is for another host: see whether the base URL has the right name"),
        ("not valid for name", "the certificate is for another host: see whether the base URL has the right name"),
        (
            "unknownissuer",
            "nobody that this machine trusts signed the certificate: set SSL_CERT_FILE to the authority's",
        ),
        ("corrupt message", "the port does not speak TLS: use http://, or the port of https"),
        ("certificate", "the certificate is not accepted: see its dates, its names and who signed it"),
        ("dns", "the name is not known: see whether the base URL is spelled right and this machine resolves names"),
        ("lookup", "the name is not known: see whether the base URL is spelled right and this machine resolves names"),
        ("refused", "nothing listens there: see whether the hub runs, and on which port"),
        ("unreachable", "there is no way to that machine: see the network, a VPN or a firewall"),
    ];
    known.into_iter().find(|(word, _)| causes.contains(word)).map(|(_, remedy)| remedy)
}
