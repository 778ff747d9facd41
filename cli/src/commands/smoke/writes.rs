//! Who may write, and whether the hub reaches indexes.

use serde_json::json;

use crate::client::{self, Client, Error, Filter, Request, Verdict};
use crate::commands::checks::Finding;
use crate::exit::Exit;
use crate::failure::Failure;

/// A write without a token is refused, before its body is looked at.
pub(super) async fn refused(client: &Client) -> Result<Finding, Failure> {
    // Not a registration, so that even a hub that lets it in writes nothing.
    let request = Request::post(&["v1", "repos"]).json(json!({}));
    match client.without_token().send(request).await {
        Err(Error::Problem(problem)) if matches!(problem.status, 401 | 403) => {
            Ok(Finding::Fine(format!("{} {}", problem.status, problem.code.as_deref().unwrap_or_default())))
        }
        Err(Error::Problem(problem)) => Err(open(&problem.summary())),
        Err(error) => Err(error.into()),
        Ok(_) => Err(open("accepted")),
    }
}

fn open(answer: &str) -> Failure {
    Failure::new(Exit::Refused, format!("a write without a token was not refused as one: {answer}"))
        .hint("take the hub off the network until its log or the proxy's configuration explains this")
}

/// The hub fetches an index that it fetched before: name resolution, the network policy and certificates work where it runs.
pub(super) async fn outbound(client: &Client) -> Result<Finding, Failure> {
    let fresh = Filter { state: Some("fresh"), ..Filter::default() };
    let (_, registrations) = client::list(client, &fresh, Some(1)).await?;
    let Some(registration) = registrations.first() else {
        return Ok(Finding::Skipped("no source is fresh, so nothing is known to be reachable".to_owned()));
    };
    let url = &registration.url;
    let verdict: Verdict = match client.send(Request::post(&["v1", "check"]).json(json!({ "url": url }))).await {
        Err(Error::Problem(problem)) if problem.status == 403 => {
            return Ok(Finding::Skipped("this token may not check indexes of others".to_owned()));
        }
        answer => answer?.shape()?,
    };
    if verdict.http_status.is_some() {
        return Ok(Finding::Fine(format!("the hub fetched the index of {}", registration.repo)));
    }
    Err(Failure::new(Exit::Refused, format!("the hub cannot fetch {url}, which was fresh"))
        .because(verdict.why())
        .hint(
            "see whether the hub's host can resolve names and connect to ports 80 and 443 (network policy, firewall)",
        ))
}
