//! The claims of a token that are not about its job: its audience, and when it is valid.

use super::signed::Signed;
use super::{Issuer, Refused};
use crate::digest::Digest;
use crate::time::Seconds;
use serde_json::{Map, Value};

/// How much the clocks of the issuer and of the hub may differ, in seconds.
const LEEWAY: Seconds = 60;
/// Longest validity of a token from now, in seconds: a day, as long as GitLab lets a job run. Its id is remembered for as long.
const FURTHEST: Seconds = 24 * 60 * 60;
/// Longest text that is kept of a claim, in characters.
const MAX_CHARS: usize = 255;

fn not_valid(claim: &str) -> Refused {
    Refused::NotValid(format!("its `{claim}` is not accepted"))
}

/// Checks the claims that every token has, at `now`. The signature must have been verified.
pub(super) fn check(token: &Signed<'_>, issuer: &Issuer, now: Seconds) -> Result<Seconds, Refused> {
    let claims = &token.claims;
    if token.issuer() != issuer.issuer {
        return Err(not_valid("iss"));
    }
    let is_for_us = match claims.get("aud") {
        Some(Value::String(one)) => *one == issuer.audience,
        Some(Value::Array(all)) => all.iter().any(|one| *one == issuer.audience),
        _ => false,
    };
    if !is_for_us {
        return Err(not_valid("aud"));
    }
    // Fractions of a second are allowed by RFC 7519, and dropped. Converting saturates.
    let time = |name: &str| claims.get(name).and_then(Value::as_f64).map(|at| at as Seconds);
    let expires_at = time("exp").ok_or_else(|| not_valid("exp"))?;
    if expires_at <= now - LEEWAY {
        return Err(Refused::NotValid("it has expired (`exp`)".to_owned()));
    }
    if expires_at > now + FURTHEST {
        return Err(Refused::NotValid("it is valid for more than a day (`exp`)".to_owned()));
    }
    for name in ["nbf", "iat"] {
        match time(name) {
            None if claims.contains_key(name) => return Err(not_valid(name)),
            Some(at) if at > now + LEEWAY => {
                return Err(Refused::NotValid(format!("it is not valid yet (`{name}`)")));
            }
            _ => {}
        }
    }
    Ok(expires_at + LEEWAY)
}

/// What identifies a token that is sent again: its `jti`, or all that is signed, since Forgejo gives none.
pub(super) fn once(token: &Signed<'_>) -> Digest {
    let id = text(&token.claims, "jti").map_or_else(|| format!("jwt {}", token.signed), |id| format!("jti {id}"));
    Digest::of(format!("{} {id}", token.issuer()).as_bytes())
}

/// A claim as text, if it has one of bounded length. Forges send numbers and booleans as text or as JSON values.
pub(super) fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match claims.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    let plain = !text.is_empty() && text.chars().count() <= MAX_CHARS && !text.chars().any(char::is_control);
    plain.then_some(text)
}
