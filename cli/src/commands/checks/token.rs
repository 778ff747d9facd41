//! Checks whether the hub accepts the token, and what it allows.

use super::Finding;
use crate::client::{Client, Error, Request};
use crate::clock;
use crate::failure::Failure;
use api::paths;
use api::tokens::OwnToken;
use federation::problem::answers as kinds;
use federation::time::{Seconds, parse_rfc3339};

/// How long before a token expires `doctor` begins to warn, in seconds.
const SOON: Seconds = 7 * 24 * 60 * 60;

pub(crate) async fn own(client: &Client) -> Result<Finding, Failure> {
    if !client.has_token() {
        return Ok(Finding::Skipped(
            "no token is set: reads need none; for writes, set REUSE_SURFACE_TOKEN".to_owned(),
        ));
    }
    let own: OwnToken = match client.send(Request::get(paths::OWN_TOKEN).authorised()).await {
        Err(Error::Problem(problem)) if problem.is(&kinds::NOT_FOUND) => {
            return Ok(Finding::Skipped("a hub of this version does not report what a token allows".to_owned()));
        }
        answer => answer?.shape()?,
    };
    let allows = format!("`{}` allows {}", own.name, own.scopes.join(", "));
    let Some(end) = own.expires_at else { return Ok(Finding::Fine(format!("{allows}; it does not expire"))) };
    let seen = format!("{allows}; it expires at {end}");
    match parse_rfc3339(&end).is_some_and(|end| end - clock::now() < SOON) {
        true => Ok(Finding::Warning(seen, "ask the operator of the hub for a new token in time")),
        false => Ok(Finding::Fine(seen)),
    }
}
