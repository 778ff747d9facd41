//! `reuse-surface hub …`.

use super::apply::Apply;
use super::catalogue::Catalogue;
use super::events::Events;
use super::registration::{Check, Deregister, Hook, Refresh, Register, Release, Update};
use super::token::Token;
use super::upstream::Upstream;
use api::page::{CAPABILITIES, DEMAND};
use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgAction, Args, Subcommand};
use federation::source::State;
use std::path::PathBuf;

/// Use a hub: register indexes, read registrations, publish
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Hub {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Status(Status),
    Health(Health),
    List(List),
    Show(Show),
    Register(Register),
    Update(Update),
    Apply(Apply),
    Deregister(Deregister),
    Check(Check),
    Refresh(Refresh),
    Release(Release),
    Hook(Hook),
    Compose(Compose),
    Search(Search),
    Demand(Demand),
    Overlaps(Overlaps),
    Changes(Changes),
    Sync(Sync),
    Catalogue(Catalogue),
    Upstream(Upstream),
    Token(Token),
    Events(Events),
}

/// Show whether the hub is healthy, and which sources are not fresh and why
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 if the hub reports that it is not ok, or if a required source is not fresh.

Examples:
  reuse-surface hub status
  reuse-surface hub status -o json | jq '.not_fresh[].repo'")]
pub(crate) struct Status {}

/// Check whether the hub is up and can read its database, regardless of sources
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 0 if so, as container health checks expect. `hub status` also checks the sources.

Examples:
  reuse-surface hub health --base-url http://127.0.0.1:8080
  reuse-surface hub health --live")]
pub(crate) struct Health {
    /// Check only whether the hub is up, without its database
    #[arg(long)]
    pub(crate) live: bool,
}

/// List registrations
///
/// Reads all pages unless `--limit` is given. Here `-q` is the search; `--quiet` has no short form.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub list
  reuse-surface hub list --domain registry --state stale
  reuse-surface hub list -q 'state hub' --limit 20 -o json | jq -r '.repos[].repo'")]
// This argument has the global flag's id and no short form, so that the search can use `-q`.
#[command(arg(Arg::new("quiet").long("quiet").action(ArgAction::SetTrue).hide_short_help(true)
    .help("Write only warnings and errors to standard error")))]
pub(crate) struct List {
    /// Only registrations in this domain
    #[arg(long, value_name = "DOMAIN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) domain: Option<String>,

    /// Only registrations whose source is in this state
    #[arg(long, value_name = "STATE", value_parser = super::values::variant(State::ALL))]
    pub(crate) state: Option<State>,

    /// Only enabled registrations, or only disabled ones
    #[arg(long, value_name = "true|false")]
    pub(crate) enabled: Option<bool>,

    /// Only registrations with this label
    #[arg(long, value_name = "NAME=VALUE", value_parser = super::values::label)]
    pub(crate) label: Option<String>,

    /// Only registrations that contain all these words
    #[arg(short = 'q', long = "query", value_name = "WORDS", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) query: Option<String>,

    /// The maximum number of registrations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
}

/// Show a registration, the state of its source, and the findings in its index
#[derive(Debug, Args)]
#[command(after_long_help = "\
The table ends with the ETag for `hub update --if-match`.

Examples:
  reuse-surface hub show --repo state-hub
  reuse-surface hub show --repo state-hub -o json | jq .status")]
pub(crate) struct Show {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = super::values::repo)]
    pub(crate) repo: String,
}

/// Search the capabilities of every repository, best match first
///
/// Search with a sentence or keywords. A capability is listed if it matches at least one phrasing. Without search words, all capabilities are
/// listed by repository.
#[derive(Debug, Args)]
#[command(after_long_help = "\
With -o json, `next` is the `--cursor` that continues the search in the revision in which it began; it is null if there are no more results.

Examples:
  reuse-surface hub search shared state
  reuse-surface hub search lease --domain infotech --status stable
  reuse-surface hub search --repo state-hub --all -o json | jq -r '.capabilities[].id'
  reuse-surface hub search lease --fields '*' --budget-tokens 2000 -o json")]
pub(crate) struct Search {
    /// What to search for, as a sentence or keywords
    #[arg(value_name = "WORDS")]
    pub(crate) words: Vec<String>,

    /// Another phrasing; may be repeated, and the best match for any of them counts
    #[arg(long, value_name = "WORDS", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) also: Vec<String>,

    /// Only capabilities listed under this domain
    #[arg(long, value_name = "DOMAIN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) domain: Option<String>,

    /// Only capabilities of this repository
    #[arg(long, value_name = "REPO", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) repo: Option<String>,

    /// Only capabilities with this status
    #[arg(long, value_name = "STATUS", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) status: Option<String>,

    /// Only capabilities with this tag
    #[arg(long, value_name = "TAG", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) tag: Option<String>,

    /// The fields in JSON and YAML output, as comma-separated names; `*` for all
    #[arg(long, value_name = "NAMES")]
    pub(crate) fields: Option<String>,

    /// The maximum number of capabilities
    #[arg(
        long,
        value_name = "N",
        default_value_t = CAPABILITIES.default as u32,
        value_parser = clap::value_parser!(u32).range(1..),
    )]
    pub(crate) limit: u32,

    /// List all matching capabilities
    #[arg(long, conflicts_with_all = ["limit", "budget_tokens"])]
    pub(crate) all: bool,

    /// Limit the hub's response to this many tokens of 4 bytes each, and read only one page
    #[arg(long, value_name = "N")]
    pub(crate) budget_tokens: Option<u32>,

    /// Continue after the page that returned this cursor
    #[arg(long, value_name = "CURSOR", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) cursor: Option<String>,
}

/// List what is missing: questions of at least three clients that nothing answers well
#[derive(Debug, Args)]
#[command(after_long_help = "\
Only the words of a question are recorded, not who asked it. Questions that have since been answered disappear
from the list.

Examples:
  reuse-surface hub demand
  reuse-surface hub demand -o json | jq -r '.questions[].words'")]
pub(crate) struct Demand {
    /// The maximum number of questions
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEMAND.default as u32,
        value_parser = clap::value_parser!(u32).range(1..=DEMAND.max as i64),
    )]
    pub(crate) limit: u32,
}

/// List capabilities of different repositories that seem to do the same thing, closest first
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub overlaps
  reuse-surface hub overlaps --repo state-hub -o json | jq '.overlaps[] | [.score, .capabilities[].id]'")]
pub(crate) struct Overlaps {
    /// Only pairs with a capability of this repository
    #[arg(long, value_name = "REPO", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) repo: Option<String>,

    /// The maximum number of pairs
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
}

/// List the changes in the federated index since a revision
///
/// Reads up to the newest revision unless `--limit` is given.
#[derive(Debug, Args)]
#[command(after_long_help = "\
With -o json, replaying `items` in order over the capabilities of revision `since` gives those of revision `until`; `head` is the \
document of that revision without its capabilities.

Examples:
  reuse-surface hub changes --since 40
  reuse-surface hub changes --since 40 -o json | jq -r '.items[] | select(.op == \"removed\") | .id'")]
pub(crate) struct Changes {
    /// The last known revision; 0 for the empty index before the first
    #[arg(long, value_name = "REVISION")]
    pub(crate) since: u64,

    /// The maximum number of revisions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
}

/// Refresh the sources that are due, and publish a new revision if anything changed
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 if the last check of an enabled source failed, in this run or earlier. Such a source still contributes its accepted \
snapshot, if it has one.

Examples:
  reuse-surface hub compose
  reuse-surface hub compose --force -o json | jq '.sources[] | select(.outcome == \"failed\")'")]
pub(crate) struct Compose {
    /// Refresh every enabled source, even if it is not due
    #[arg(long)]
    pub(crate) force: bool,
}

/// Mirror the hub: write its registrations into a local manifest and download the snapshots of its newest revision
#[derive(Debug, Args)]
#[command(after_long_help = "\
Writes the manifest and, next to it, the lock file; the snapshots go into the cache. After that, `reuse-surface federation compose \
--locked` works offline and writes exactly the hub's bytes.

Examples:
  reuse-surface hub sync
  reuse-surface hub sync --manifest sources.yaml")]
pub(crate) struct Sync {
    /// The manifest file to write
    #[arg(long, value_name = "FILE", default_value = super::values::MANIFEST)]
    pub(crate) manifest: PathBuf,

    /// Replace the manifest and the lock file even if this command did not write them
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) trust: super::LogTrust,
}
