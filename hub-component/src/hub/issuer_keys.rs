//! The keys of issuers: fetched when they are needed, at most once a minute, and kept for when their issuer is down.

use super::{App, refresh};
use crate::log;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use federation::identity::{Issuer, Keys, Signed, keys_address};
use federation::time::Seconds;
use futures::future::{Either, select};
use serde_json::json;
use std::pin::pin;
use std::time::Duration;
use store::exchanges::{self, IssuerKeys, KEYS_PAUSE};

/// How old keys may be, in seconds, if the issuer answers …
const FRESH: Seconds = 10 * 60;
/// … and if it does not.
const MAX_AGE_WITHOUT_ISSUER: Seconds = 6 * 60 * 60;
/// How long a job waits for the issuer.
const ISSUER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to wait before looking again for keys that another request fetches for the first time …
const KEY_RETRY_PAUSE: Duration = Duration::from_millis(100);
/// … and how often.
const KEY_ATTEMPTS: usize = 150;

/// Whether a key of the issuer made the signature of a token. False too if the issuer has no key of the name that the token gives.
///
/// # Errors
/// `issuer-unavailable` if its keys are not known.
pub(super) async fn verify<P: Ports>(app: &App<P>, issuer: &Issuer, token: &Signed<'_>) -> Result<bool, Problem> {
    let database = app.database().await?;
    let name = issuer.issuer.as_str();
    let mut permit = None;
    for _ in 0..KEY_ATTEMPTS {
        let now = app.ports.now();
        let known = exchanges::keys(database, name).await?;
        if let Some(keys) = known.as_ref().and_then(|known| parsed(known, FRESH, now))
            && keys.knows(token)
        {
            return Ok(keys.verify(token));
        }
        if known.as_ref().is_some_and(|known| known.is_recently_requested(now)) {
            if known.as_ref().is_some_and(|known| known.fetched.is_some()) {
                let keys = known.and_then(|known| parsed(&known, MAX_AGE_WITHOUT_ISSUER, now));
                return keys.map(|keys| keys.verify(token)).ok_or_else(unavailable);
            }
        } else if exchanges::claim_keys(database, name, now).await? {
            ask(app, issuer).await?;
            let known = exchanges::keys(database, name).await?;
            let keys = known.and_then(|known| parsed(&known, MAX_AGE_WITHOUT_ISSUER, app.ports.now()));
            return keys.map(|keys| keys.verify(token)).ok_or_else(unavailable);
        }
        if permit.is_none() {
            permit = Some(app.permit_to_wait().ok_or_else(unavailable)?);
        }
        // Waits for the clock and not for the request that fetches the keys.
        app.ports.sleep(KEY_RETRY_PAUSE).await;
    }
    Err(unavailable())
}

fn parsed(known: &IssuerKeys, age: Seconds, now: Seconds) -> Option<Keys> {
    Keys::parse(known.keys_younger_than(age, now)?.as_bytes())
}

/// Fetches the keys of an issuer and stores them. A failure is logged.
async fn ask<P: Ports>(app: &App<P>, issuer: &Issuer) -> Result<(), Problem> {
    let fetching = pin!(fetched(app, issuer));
    let keys = match select(fetching, pin!(app.ports.sleep(ISSUER_TIMEOUT))).await {
        Either::Left((keys, _)) => keys,
        Either::Right(_) => Err("it did not respond in time".to_owned()),
    };
    match keys {
        Ok(keys) => exchanges::save_keys(app.database().await?, &issuer.issuer, &keys, app.ports.now()).await?,
        Err(why) => {
            log::line("issuer-unavailable", &json!({ "issuer": issuer.issuer, "why": why }));
            exchanges::note_no_keys(app.database().await?, &issuer.issuer, app.ports.now()).await?;
        }
    }
    Ok(())
}

async fn fetched<P: Ports>(app: &App<P>, issuer: &Issuer) -> Result<String, String> {
    let fetch = async |url: &str| refresh::fetch(&app.ports, url).await.map_err(|failure| failure.message.to_string());
    let url = match &issuer.jwks_url {
        Some(url) => url.clone(),
        None => {
            let document = fetch(&issuer.discovery()).await?;
            keys_address(issuer, &document)
                .ok_or_else(|| format!("{} is not the discovery document of this issuer", issuer.discovery()))?
        }
    };
    let keys = fetch(&url).await?;
    Keys::parse(&keys).and_then(|_| String::from_utf8(keys).ok()).ok_or_else(|| format!("{url} has no usable keys"))
}

fn unavailable() -> Problem {
    let detail = "The hub cannot fetch the keys of the issuer now; try again in a minute.";
    Problem::new(&kinds::ISSUER_UNAVAILABLE, detail).retry_after(u32::try_from(KEYS_PAUSE).unwrap_or(u32::MAX))
}
