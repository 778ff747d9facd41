//! Identities of CI jobs, exchanged for short-lived tokens for one repo.

use super::{App, issuer_keys, secret};
use crate::log;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::variables;
use federation::digest::Digest;
use federation::identity::{Issuers, Job, Refused, Signed};
use federation::time::Seconds;
use serde_json::json;
use store::attempts;
use store::database::write_with;
use store::exchanges::{self, ExchangeOutcome, Exchanged};

/// How long the token from an exchange is valid, in seconds.
const VALID: Seconds = 15 * 60;

/// The operator's issuers; none if the setting has a mistake, since a guess could let the wrong jobs in.
pub fn issuers(text: &str) -> Issuers {
    Issuers::parse(text).unwrap_or_else(|why| {
        log::line("invalid_setting", &json!({"variable": variables::CI_ISSUERS, "detail": why}));
        Issuers::default()
    })
}

/// Exchanges the identity token of a CI job for a token that may write `repo`. Returns its secret too.
///
/// # Errors
/// `exchange-disabled`, `identity-not-valid`, `identity-not-allowed`, `identity-repeated`, `too-many-exchanges`, `issuer-unavailable`.
pub async fn exchange<P: Ports>(app: &App<P>, identity: &str, repo: &str) -> Result<(String, Exchanged), Problem> {
    if app.issuers().is_empty() {
        return Err(Problem::new(
            &kinds::EXCHANGE_DISABLED,
            "The operator of this hub has configured no `ci_issuers`.",
        ));
    }
    let job = match verified(app, identity, repo).await? {
        Ok(job) => job,
        Err(why) => return Err(refused(app, why).await),
    };
    let (now, secret) = (app.ports.now(), secret::new()?);
    let Job { repo, actor, provenance, once, until } = job;
    let new = Exchanged { repo, actor, provenance, created_at: now, expires_at: now + VALID };
    write_with(app.database().await?, async |tx| {
        match exchanges::insert(tx, &new, &Digest::of(secret.as_bytes()), &once, until).await? {
            ExchangeOutcome::New => Ok(()),
            ExchangeOutcome::Repeated => {
                let detail = "This identity token was exchanged before; request a new one from the CI.";
                Err(Problem::new(&kinds::IDENTITY_REPEATED, detail))
            }
            ExchangeOutcome::TooMany => {
                let detail = "The CI of this repo has exchanged too many identities; wait until some have expired.";
                Err(Problem::new(&kinds::TOO_MANY_EXCHANGES, detail).retry_after(60))
            }
        }
    })
    .await?;
    log::line("identity-exchanged", &json!({ "actor": new.actor, "repo": new.repo, "commit": new.provenance.commit }));
    Ok((secret, new))
}

/// The job of an identity, or why it is refused.
async fn verified<P: Ports>(app: &App<P>, identity: &str, repo: &str) -> Result<Result<Job, Refused>, Problem> {
    let token = match Signed::parse(identity) {
        Ok(token) => token,
        Err(why) => return Ok(Err(why)),
    };
    let Some(issuer) = app.issuers().named(token.issuer()) else {
        return Ok(Err(Refused::NotValid("this hub does not know its issuer (`iss`)".to_owned())));
    };
    if !issuer_keys::verify(app, issuer, &token).await? {
        return Ok(Err(Refused::NotValid("no key of its issuer made its signature".to_owned())));
    }
    Ok(Job::of(&token, issuer, repo, app.ports.now()))
}

/// Counts a refusal against the client's address, as for an invalid token. This never delays a valid identity.
async fn refused<P: Ports>(app: &App<P>, why: Refused) -> Problem {
    let client = app.client().unwrap_or_default();
    let counted = match app.database().await {
        Ok(database) => attempts::count(database, &attempts::EXCHANGES, client, app.ports.now()).await,
        Err(error) => Err(error),
    };
    if let Ok(Some(wait)) = counted {
        let seconds = u32::try_from(wait).unwrap_or(1).max(1);
        let detail = format!("Too many identities from this address were refused; wait {seconds} s.");
        return Problem::new(&kinds::TOO_MANY_EXCHANGES, detail).retry_after(seconds);
    }
    let kind = match why {
        Refused::NotValid(_) => &kinds::IDENTITY_NOT_VALID,
        Refused::NotAllowed(_) => &kinds::IDENTITY_NOT_ALLOWED,
    };
    Problem::new(kind, why.to_string())
}
