//! Authentication: from the `Authorization` header to a valid token.

use super::refusal::{self, too_many};
use crate::edge::client_address::client_address;
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::Problem;
use federation::digest::Digest;
use federation::time::Seconds;
use federation::token::secret;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use store::exchanges::Exchanged;
use store::tokens::Token;
use store::{StoreError, attempts, exchanges, tokens};
use subtle::ConstantTimeEq as _;

/// Resolution of `last_used_at` in seconds, so that a token in use costs at most one write an hour.
const USE_STEP: Seconds = 60 * 60;

/// A valid token.
pub(super) enum Valid {
    /// The operator's own.
    Bootstrap,
    /// A named one.
    Named(Token),
    /// One that the identity of a CI job was exchanged for.
    Exchanged(Exchanged),
}

/// Returns the token of the request.
///
/// # Errors
/// `unauthorized`, `token-expired`, `token-revoked`; `writes-disabled` while no token at all could be valid; `too-many-failures`.
pub(super) async fn authenticate<P: Ports>(app: &App<P>, headers: &HeaderMap) -> Result<Valid, Problem> {
    let bootstrap = app.ports.token().await;
    let Some(given) = bearer(headers) else {
        let disabled = bootstrap.is_none() && !any_valid(app).await?;
        return Err(if disabled { refusal::writes_disabled(app.host()) } else { refusal::missing() });
    };
    let digest = Digest::of(given.as_bytes());
    if bootstrap.as_ref().is_some_and(|expected| is_same(&digest, &Digest::of(expected.as_bytes()))) {
        return Ok(Valid::Bootstrap);
    }
    // Text that does not have the form of a secret needs no look-up.
    let is_whole = secret::is_whole(given);
    let named = if is_whole { tokens::find(app.database().await?, &digest).await? } else { None };
    let now = app.ports.now();
    if named.is_none()
        && is_whole
        && let Some(exchanged) = exchanges::find(app.database().await?, &digest).await?
    {
        let is_valid = now < exchanged.expires_at;
        return if is_valid { Ok(Valid::Exchanged(exchanged)) } else { Err(refusal::exchanged_expired(&exchanged)) };
    }
    match named {
        Some(token) if token.revoked.is_some() => Err(refusal::revoked(&token)),
        Some(token) if token.has_expired(now) => Err(refusal::expired(&token)),
        Some(token) => {
            remember_use(app, &token, now);
            Ok(Valid::Named(token))
        }
        None if bootstrap.is_none() && !any_valid(app).await? => Err(refusal::writes_disabled(app.host())),
        None => Err(unknown(app, headers, now).await),
    }
}

/// Returns the bearer token of a request, if it carries exactly one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// Compares digests. All have the same length, so the comparison reveals neither the content nor the length of the secret.
fn is_same(one: &Digest, other: &Digest) -> bool {
    one.as_str().as_bytes().ct_eq(other.as_str().as_bytes()).into()
}

/// Whether a valid named token exists, or a job could be given one.
async fn any_valid<P: Ports>(app: &App<P>) -> Result<bool, StoreError> {
    Ok(!app.issuers().is_empty() || tokens::any_valid(app.database().await?, app.ports.now()).await?)
}

/// Records the use of a token after the response, because a write would make the request wait for other writers.
fn remember_use<P: Ports>(app: &App<P>, token: &Token, now: Seconds) {
    let hour = now - now.rem_euclid(USE_STEP);
    if token.last_used_at.is_some_and(|at| at >= hour) {
        return;
    }
    let (later, name) = (app.clone(), token.name.clone());
    app.ports.spawn(async move {
        // If this fails, the next use tries again.
        if let Ok(database) = later.database().await {
            let _ = tokens::used(database, &name, hour).await;
        }
    });
}

/// Refuses an unknown token and counts the failure against the client's address.
async fn unknown<P: Ports>(app: &App<P>, headers: &HeaderMap, now: Seconds) -> Problem {
    let header = app.ports.client_address_header().await;
    let address = client_address(headers, header.as_deref());
    let counted = match app.database().await {
        Ok(database) => attempts::count(database, &attempts::INVALID_TOKENS, &address, now).await,
        Err(error) => Err(error),
    };
    match counted {
        Ok(Some(wait)) => too_many(wait),
        Ok(None) => refusal::unknown().internal(format!("unknown token, from {address}")),
        // If the database cannot be written to, a wrong token is still reported as such and not as an outage.
        Err(_) => refusal::unknown(),
    }
}
