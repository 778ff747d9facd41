//! `reuse-surface hub events`.

use api::page::EVENTS;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

/// List the changes on the hub and who made them, newest first; needs a token
///
/// Events about tokens are shown only to tokens with the scope `admin`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
With -o json, `before` and `after` are the states before and after the change.

Examples:
  reuse-surface hub events
  reuse-surface hub events --repo state-hub --limit 5
  reuse-surface hub events --actor ci-state-hub -o json | jq '.events[] | {at, action, before, after}'")]
pub(crate) struct Events {
    /// Only events about this repo
    #[arg(long, value_name = "REPO", value_parser = super::values::repo)]
    pub(crate) repo: Option<String>,

    /// Only events caused by the token with this name
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) actor: Option<String>,

    /// Only events with this action
    #[arg(long, value_name = "ACTION", value_parser = api::events::ACTIONS)]
    pub(crate) action: Option<String>,

    /// The maximum number of events
    #[arg(
        long,
        value_name = "N",
        default_value_t = EVENTS.default as u64,
        value_parser = clap::value_parser!(u64).range(1..),
    )]
    pub(crate) limit: u64,
}
