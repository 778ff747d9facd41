//! Checks write access, and whether the hub can fetch indexes.

use crate::client::{self, Client, Error, Request};
use crate::commands::checks::Finding;
use crate::commands::hub::why;
use crate::exit::Exit;
use crate::failure::Failure;
use api::check::Verdict;
use api::paths;
use api::repos::ReposQuery;
use federation::source::State;
use serde_json::json;

/// Checks that a write without a token is refused before its body is read.
pub(super) async fn refused(client: &Client) -> Result<Finding, Failure> {
    // The body is not a registration, so even a hub that accepts the request writes nothing.
    let request = Request::post(paths::REPOS).json(json!({}));
    match client.without_token().send(request).await {
        Err(Error::Problem(problem)) if matches!(problem.status, 401 | 403) => {
            Ok(Finding::Fine(format!("{} {}", problem.status, problem.code())))
        }
        Err(Error::Problem(problem)) => Err(open(&problem.summary())),
        Err(error) => Err(error.into()),
        Ok(_) => Err(open("accepted")),
    }
}

fn open(answer: &str) -> Failure {
    Failure::new(Exit::Refused, format!("a write without a token was not refused as unauthorised: {answer}"))
        .hint("disconnect the hub from the network until its log or the proxy's configuration explains this")
}

/// Checks that the hub can fetch an index that it fetched before: name resolution, network policy and certificates work on its host.
pub(super) async fn outbound(client: &Client) -> Result<Finding, Failure> {
    let fresh = ReposQuery { state: Some(State::Fresh), ..ReposQuery::default() };
    let registrations = client::list(client, fresh, Some(1)).await?;
    let Some(registration) = registrations.items.first() else {
        return Ok(Finding::Skipped("no source is fresh, so nothing is known to be reachable".to_owned()));
    };
    let url = &registration.registration.url;
    let verdict: Verdict = match client.send(Request::post(paths::CHECK).json(json!({ "url": url }))).await {
        Err(Error::Problem(problem)) if problem.status == 403 => {
            return Ok(Finding::Skipped("this token may not check indexes of other repos".to_owned()));
        }
        answer => answer?.shape()?,
    };
    if verdict.http_status.is_some() {
        return Ok(Finding::Fine(format!("the hub fetched the index of {}", registration.registration.repo)));
    }
    Err(Failure::new(Exit::Refused, format!("the hub cannot fetch {url}, which was fresh"))
        .because(why(&verdict.reason, &verdict.message))
        .hint("check that the hub's host can resolve names and connect to ports 80 and 443 (network policy, firewall)"))
}
