//! Problems for callers without a sufficient token. They reveal nothing about other tokens.

use crate::hub::Host;
use crate::problem::{Kind, Problem, kinds, quoted};
use federation::time::{Seconds, rfc3339};
use federation::token::Need;
use http::HeaderValue;
use http::header::WWW_AUTHENTICATE;
use store::exchanges::Exchanged;
use store::tokens::Token;

pub(super) fn writes_disabled(host: Host) -> Problem {
    let variable = match host {
        Host::Serve => "REUSE_SURFACE_TOKEN",
        Host::Spin => "SPIN_VARIABLE_REUSE_SURFACE_TOKEN",
    };
    Problem::new(
        &kinds::WRITES_DISABLED,
        format!("No token is configured on this hub, so it refuses every write; the operator can set {variable}."),
    )
}

pub(super) fn missing() -> Problem {
    challenge(&kinds::UNAUTHORIZED, "Send one `Authorization: Bearer <token>` header.", "")
}

pub(super) fn unknown() -> Problem {
    challenge(&kinds::UNAUTHORIZED, "The token is not valid on this hub.", INVALID)
}

pub(super) fn revoked(token: &Token) -> Problem {
    let since = token.revoked.as_ref().map(|(at, _)| rfc3339(*at)).unwrap_or_default();
    let detail = format!("The token `{}` was revoked at {since}; ask the operator for a new token.", token.name);
    challenge(&kinds::TOKEN_REVOKED, detail, INVALID)
}

pub(super) fn expired(token: &Token) -> Problem {
    let since = token.expires_at.map(rfc3339).unwrap_or_default();
    let detail = format!("The token `{}` expired at {since}; ask the operator for a new token.", token.name);
    challenge(&kinds::TOKEN_EXPIRED, detail, INVALID)
}

pub(super) fn exchanged_expired(token: &Exchanged) -> Problem {
    let since = rfc3339(token.expires_at);
    let detail = format!("The token of this CI job expired at {since}; exchange a new identity for another token.");
    challenge(&kinds::TOKEN_EXPIRED, detail, INVALID)
}

/// The refusal of a CI job's token for anything but register, refresh and release: other changes would outlast the token.
pub(super) fn of_a_job() -> Problem {
    Problem::new(
        &kinds::FORBIDDEN,
        "The token of a CI job may only register, refresh and release; use another token of this hub to change or remove the registration.",
    )
}

/// Names the missing scope, but not the scopes that the token has.
pub(super) fn forbidden(need: Need<'_>) -> Problem {
    let (scope, detail) = match need {
        Need::Admin => ("admin", "This needs a token with the scope `admin`.".to_owned()),
        Need::Compose => ("compose", "This needs a token with the scope `compose`.".to_owned()),
        Need::Write(repo) => (
            "repos:write",
            format!(
                "This needs a token with the scope `repos:write`, or `repos:write:` followed by a pattern that `{}` matches.",
                quoted(repo)
            ),
        ),
        Need::WriteAll(prefix) => {
            ("repos:write", format!("This needs a token with the scope `repos:write`, or `repos:write:{prefix}*`."))
        }
        Need::WriteSome => (
            "repos:write",
            "This needs a token with the scope `repos:write`, or `repos:write:` followed by a pattern.".to_owned(),
        ),
    };
    let parameters = format!(", error=\"insufficient_scope\", scope=\"{scope}\"");
    challenge(&kinds::FORBIDDEN, detail, &parameters)
}

pub(super) fn too_many(wait: Seconds) -> Problem {
    let seconds = u32::try_from(wait).unwrap_or(1).max(1);
    Problem::new(
        &kinds::TOO_MANY_FAILURES,
        format!("This address sent too many invalid tokens; wait {seconds} s. A valid token is accepted at once."),
    )
    .retry_after(seconds)
}

const INVALID: &str = ", error=\"invalid_token\"";

/// A problem with the challenge of RFC 6750.
fn challenge(kind: &'static Kind, detail: impl Into<String>, parameters: &str) -> Problem {
    let challenge = HeaderValue::from_str(&format!("Bearer realm=\"reuse-surface\"{parameters}"));
    let problem = Problem::new(kind, detail);
    match challenge {
        Ok(value) => problem.header(WWW_AUTHENTICATE, value),
        Err(_) => problem,
    }
}
