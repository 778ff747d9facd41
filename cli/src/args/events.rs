//! `reuse-surface hub events`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

/// List who changed what on the hub, newest first; needs a token
///
/// What was done to tokens is shown to holders of the scope `admin` alone.
#[derive(Debug, Args)]
#[command(after_long_help = "\
With -o json, `before` and `after` say how it was and what it became.

Examples:
  reuse-surface hub events
  reuse-surface hub events --repo state-hub --limit 5
  reuse-surface hub events --actor ci-state-hub -o json | jq '.events[] | {at, action, before, after}'")]
pub(crate) struct Events {
    /// Only what was done to this repo
    #[arg(long, value_name = "REPO", value_parser = super::hub::repo)]
    pub(crate) repo: Option<String>,

    /// Only what the holder of the token with this name did
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) actor: Option<String>,

    /// Only events of this kind
    #[arg(long, value_name = "ACTION", value_parser = [
        "register", "update", "deregister", "refresh", "release", "compose", "token-create", "token-revoke",
    ])]
    pub(crate) action: Option<String>,

    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: u64,
}
