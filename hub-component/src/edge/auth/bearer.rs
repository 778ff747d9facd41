//! From the `Authorization` header to a token that is valid now.

use super::client_address::client_address;
use super::refusal::{self, too_many};
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::Problem;
use federation::digest::Digest;
use federation::time::Seconds;
use federation::token::secret;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use store::tokens::Token;
use store::{StoreError, failures, tokens};
use subtle::ConstantTimeEq as _;

/// `last_used_at` is kept to this many seconds, so that a token in use costs a write an hour.
const USE_STEP: Seconds = 60 * 60;

/// The named token that the request carries, or `None` for the operator's own.
///
/// # Errors
/// `unauthorized`, `token-expired`, `token-revoked`; `writes-disabled` while no token at all could be valid; `too-many-failures`.
pub(super) async fn authenticate<P: Ports>(app: &App<P>, headers: &HeaderMap) -> Result<Option<Token>, Problem> {
    let bootstrap = app.ports.token().await;
    let Some(given) = bearer(headers) else {
        let disabled = bootstrap.is_none() && !any_valid(app).await?;
        return Err(if disabled { refusal::writes_disabled(app.host()) } else { refusal::missing() });
    };
    let digest = Digest::of(given.as_bytes());
    if bootstrap.as_ref().is_some_and(|expected| same(&digest, &Digest::of(expected.as_bytes()))) {
        return Ok(None);
    }
    // What has not the form of a secret is not worth a look.
    let named = if secret::is_whole(given) { tokens::find(app.database().await?, &digest).await? } else { None };
    let now = app.ports.now();
    match named {
        Some(token) if token.revoked.is_some() => Err(refusal::revoked(&token)),
        Some(token) if token.has_expired(now) => Err(refusal::expired(&token)),
        Some(token) => {
            remember_use(app, &token, now);
            Ok(Some(token))
        }
        None if bootstrap.is_none() && !any_valid(app).await? => Err(refusal::writes_disabled(app.host())),
        None => Err(unknown(app, headers, now).await),
    }
}

/// The one bearer token of a request.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// Digests have one length, so the comparison tells neither content nor length of what was digested.
fn same(one: &Digest, other: &Digest) -> bool {
    one.as_str().as_bytes().ct_eq(other.as_str().as_bytes()).into()
}

async fn any_valid<P: Ports>(app: &App<P>) -> Result<bool, StoreError> {
    tokens::any_valid(app.database().await?, app.ports.now()).await
}

/// After the response: a write would make the request wait for other writers.
fn remember_use<P: Ports>(app: &App<P>, token: &Token, now: Seconds) {
    let hour = now - now.rem_euclid(USE_STEP);
    if token.last_used_at.is_some_and(|at| at >= hour) {
        return;
    }
    let (later, name) = (app.clone(), token.name.clone());
    app.ports.spawn(async move {
        // The next use tries again.
        if let Ok(database) = later.database().await {
            let _ = tokens::used(database, &name, hour).await;
        }
    });
}

/// The refusal of a token that nobody has, counted against the client's address.
async fn unknown<P: Ports>(app: &App<P>, headers: &HeaderMap, now: Seconds) -> Problem {
    let header = app.ports.client_address_header().await;
    let address = client_address(headers, header.as_deref());
    let counted = match app.database().await {
        Ok(database) => failures::count(database, &address, now).await,
        Err(error) => Err(error),
    };
    match counted {
        Ok(Some(wait)) => too_many(wait),
        Ok(None) => refusal::unknown().internal(format!("a token that is not known, from {address}")),
        // A database that cannot be written to must not turn a wrong token into an outage.
        Err(_) => refusal::unknown(),
    }
}
