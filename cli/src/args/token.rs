//! `reuse-surface hub token …`.

use api::tokens::TokenState;
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use std::time::Duration;

/// Create, list and revoke the named tokens of a hub; needs the scope `admin`
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Token {
    #[command(subcommand)]
    pub(crate) verb: TokenVerb,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    Create(TokenCreate),
    List(TokenList),
    Revoke(TokenRevoke),
}

/// Create a named token and print its secret, which is shown only once
///
/// Only the secret goes to standard output, so that it can be piped into a secret store.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Scopes:
  admin                full access
  compose              `hub compose`
  repos:write          register, update, deregister, refresh, release and check any repo
  repos:write:state-*  the same for repos whose names match; * stands for any characters

Examples:
  reuse-surface hub token create ci-state-hub --scope 'repos:write:state-*' --expires-in 90d | secret-tool store …
  reuse-surface hub token create refresh-job --scope compose --description 'the nightly job' -o json")]
pub(crate) struct TokenCreate {
    /// The name of the token, which registrations and events record as the actor
    #[arg(value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,

    /// A scope, which says what the token allows; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) scopes: Vec<String>,

    /// How long the token is valid, such as 12h, 90d or 52w [default: until it is revoked]
    #[arg(long, value_name = "DURATION", value_parser = lifetime)]
    pub(crate) expires_in: Option<Duration>,

    /// A sentence that describes what the token is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
}

/// List the named tokens, without their secrets
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub token list
  reuse-surface hub token list --state expired -o json | jq -r '.tokens[].name'")]
pub(crate) struct TokenList {
    /// Only tokens in this state
    #[arg(long, value_name = "STATE", value_parser = super::values::variant(TokenState::ALL))]
    pub(crate) state: Option<TokenState>,
}

/// Revoke a token at once; its name is never reused
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub token revoke ci-state-hub")]
pub(crate) struct TokenRevoke {
    /// The name of the token
    #[arg(value_name = "NAME", value_parser = super::values::repo)]
    pub(crate) name: String,
}

/// Parses a number with its unit. A number without a unit is refused as ambiguous.
fn lifetime(text: &str) -> Result<Duration, String> {
    let unit = text.chars().next_back().and_then(|unit| match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(60 * 60),
        'd' => Some(24 * 60 * 60),
        'w' => Some(7 * 24 * 60 * 60),
        _ => None,
    });
    let number = text.get(..text.len().saturating_sub(1)).and_then(|number| number.parse::<u64>().ok());
    let seconds = unit.zip(number).and_then(|(unit, number)| number.checked_mul(unit)).filter(|seconds| *seconds > 0);
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| "give a whole number with its unit: s, m, h, d or w, such as 90d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::lifetime;

    #[test]
    fn a_lifetime_has_a_unit() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("12h", 43_200), ("90d", 7_776_000), ("52w", 31_449_600)] {
            assert_eq!(lifetime(text).unwrap().as_secs(), seconds, "{text}");
        }
        for text in
            ["", "90", "d", "0d", "-1d", "1.5d", "1y", "90 d", "9é", "99999999999999999999d", "18446744073709551615w"]
        {
            assert!(lifetime(text).is_err(), "{text}");
        }
    }
}
