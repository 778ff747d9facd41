//! `reuse-surface hub …`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgAction, ArgGroup, Args, Subcommand};
use federation::digest::Digest;
use federation::source::State;

use super::events::Events;
use super::token::Token;
use crate::git::Forge;

/// Talk to a hub: register indexes, read registrations, publish
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Hub {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Status(Status),
    Health(Health),
    List(List),
    Show(Show),
    Register(Register),
    Update(Update),
    Deregister(Deregister),
    Check(Check),
    Refresh(Refresh),
    Release(Release),
    Compose(Compose),
    Search(Search),
    Changes(Changes),
    Sync(Sync),
    Token(Token),
    Events(Events),
}

/// Say whether the hub is well and which sources are not fresh, and why
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 when the hub says it is not ok, or a required source is not fresh.

Examples:
  reuse-surface hub status
  reuse-surface hub status -o json | jq '.not_fresh[].repo'")]
pub(crate) struct Status {}

/// Say whether the hub is up and can read its database; sources do not matter
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 0 when it is, as health checks of containers want it. `hub status` looks at the sources too.

Examples:
  reuse-surface hub health --base-url http://127.0.0.1:8080
  reuse-surface hub health --live")]
pub(crate) struct Health {
    /// Only whether it is up: without its database
    #[arg(long)]
    pub(crate) live: bool,
}

/// List registrations
///
/// Reads all pages unless `--limit` is given. Here `-q` is the search; quiet is `--quiet`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub list
  reuse-surface hub list --domain registry --state stale
  reuse-surface hub list -q 'state hub' --limit 20 -o json | jq -r '.repos[].repo'")]
// Defined under the global flag's id, this keeps the short form free for the search.
#[command(arg(Arg::new("quiet").long("quiet").action(ArgAction::SetTrue).hide_short_help(true)
    .help("Write nothing but warnings and errors to standard error")))]
pub(crate) struct List {
    /// Only registrations of this domain
    #[arg(long, value_name = "DOMAIN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) domain: Option<String>,

    /// Only registrations whose source is in this state
    #[arg(long, value_name = "STATE", value_parser = super::variant(State::ALL))]
    pub(crate) state: Option<State>,

    /// Only registrations that are enabled, or only those that are not
    #[arg(long, value_name = "true|false")]
    pub(crate) enabled: Option<bool>,

    /// Only registrations that mention these words
    #[arg(short = 'q', long = "query", value_name = "WORDS", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) query: Option<String>,

    /// At most this many registrations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
}

/// Show a registration, the state of its source, and what is wrong with its index
#[derive(Debug, Args)]
#[command(after_long_help = "\
The table ends with the ETag that `hub update --if-match` takes.

Examples:
  reuse-surface hub show --repo state-hub
  reuse-surface hub show --repo state-hub -o json | jq .status")]
pub(crate) struct Show {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = repo)]
    pub(crate) repo: String,
}

/// Register a repository's index; the hub checks the index first
#[derive(Debug, Args)]
#[command(after_long_help = "\
With --from-git the name and the raw URL come from the git remote and the branch of the current folder, and the domain from the index, \
unless they are given.

Examples:
  reuse-surface hub register --from-git --dry-run
  reuse-surface hub register --repo my-repo --url https://example.org/raw/capabilities.yaml --domain tools
  reuse-surface hub register --repo my-repo --url https://example.org/raw/capabilities.yaml --domain tools --dry-run
  reuse-surface hub register --repo soon --url https://example.org/raw/soon.yaml --domain tools --no-check --disabled")]
pub(crate) struct Register {
    /// The name of the registration: lower case, unique on the hub, never changes
    #[arg(long, value_name = "REPO", required_unless_present = "from_git", value_parser = repo)]
    pub(crate) repo: Option<String>,

    /// The raw URL of the index: absolute http or https, without credentials
    #[arg(long, value_name = "URL", required_unless_present = "from_git", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) url: Option<String>,

    /// The domain that the repository belongs to
    #[arg(long, value_name = "DOMAIN", required_unless_present = "from_git", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) domain: Option<String>,

    /// Take what is not given from the git repository of the current folder
    #[arg(long)]
    pub(crate) from_git: bool,

    /// With --from-git: what the host of the remote runs, where that is not known
    #[arg(long, value_name = "FORGE", value_enum, requires = "from_git", conflicts_with = "url")]
    pub(crate) forge: Option<Forge>,

    /// With --from-git: the branch, instead of the current one
    #[arg(long, value_name = "BRANCH", requires = "from_git", conflicts_with = "url", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) branch: Option<String>,

    /// With --from-git: the index, as a path from the root of the repository
    #[arg(long, value_name = "PATH", requires = "from_git", conflicts_with = "url", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) index: Option<String>,

    /// What the repository offers, in a sentence
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Refuse the registration unless the index is valid, and count it in `hub status`
    #[arg(long)]
    pub(crate) required: bool,

    /// Register without publishing: the source contributes nothing until it is enabled
    #[arg(long)]
    pub(crate) disabled: bool,

    /// Seconds for which the hub need not look at the index again [hub's default: 3600]
    #[arg(long, value_name = "N")]
    pub(crate) cache_ttl_seconds: Option<u32>,

    /// Register even if the index is missing or invalid
    #[arg(long)]
    pub(crate) no_check: bool,

    /// Only check: say what would happen and write nothing; exits with 1 when the source would not be fresh
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Change a registration; what is not named stays as it is
///
/// The registration is read first, and changed only if nobody else changed it in between.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("change").required(true).multiple(true)
    .args(["url", "domain", "enabled", "required", "cache_ttl_seconds", "description"])))]
#[command(after_long_help = "\
Examples:
  reuse-surface hub update --repo state-hub --enabled true
  reuse-surface hub update --repo state-hub --url https://example.org/raw/new/capabilities.yaml
  reuse-surface hub update --repo state-hub --required true --if-match '\"3f9a\"'")]
pub(crate) struct Update {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = repo)]
    pub(crate) repo: String,

    /// The new raw URL of the index
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) url: Option<String>,

    /// The new domain
    #[arg(long, value_name = "DOMAIN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) domain: Option<String>,

    /// Whether the source is published
    #[arg(long, value_name = "true|false")]
    pub(crate) enabled: Option<bool>,

    /// Whether the source must be valid
    #[arg(long, value_name = "true|false")]
    pub(crate) required: Option<bool>,

    /// Seconds for which the hub need not look at the index again
    #[arg(long, value_name = "N")]
    pub(crate) cache_ttl_seconds: Option<u32>,

    /// The new description; empty to remove it
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Change only if the registration is still the one with this ETag, as `hub show` gave it [default: the one it has now]
    #[arg(long, value_name = "ETAG", value_parser = entity_tag)]
    pub(crate) if_match: Option<String>,
}

/// Remove a registration; its capabilities leave the federated index at once
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub deregister --repo my-repo
  reuse-surface hub deregister --repo my-repo --if-match '\"3f9a\"'")]
pub(crate) struct Deregister {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = repo)]
    pub(crate) repo: String,

    /// Remove only if the registration is still the one with this ETag, as `hub show` gave it
    #[arg(long, value_name = "ETAG", value_parser = entity_tag)]
    pub(crate) if_match: Option<String>,
}

/// Ask the hub for its verdict on an index, registered or not; nothing is written
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("index").required(true).args(["url", "repo"])))]
#[command(after_long_help = "\
Exits with 1 when the index is not valid. For what a registration has, says what would change in the federation.

Examples:
  reuse-surface hub check --repo my-repo
  reuse-surface hub check --url https://example.org/raw/capabilities.yaml
  reuse-surface hub check --repo my-repo -o json | jq .would")]
pub(crate) struct Check {
    /// The raw URL of the index
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) url: Option<String>,

    /// The registration whose index is checked
    #[arg(long, value_name = "REPO", value_parser = repo)]
    pub(crate) repo: Option<String>,
}

/// Fetch the index of one repository now, due or not, and publish it if it changed
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 when the check failed; the accepted snapshot, if there is one, keeps being served.

Examples:
  reuse-surface hub refresh --repo my-repo")]
pub(crate) struct Refresh {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = repo)]
    pub(crate) repo: String,
}

/// Accept the snapshot that the hub holds back because it lost most of its capabilities
#[derive(Debug, Args)]
#[command(after_long_help = "\
`hub check --repo REPO` says what the federation would lose. A held snapshot is released by itself once the hub has seen the \
same content for 24 hours.

Examples:
  reuse-surface hub release --repo my-repo
  reuse-surface hub release --repo my-repo --digest sha256:10a1b1cfee4836a99850bc6d22d91b734c9e13f62ffedf44db23cb155632bce4")]
pub(crate) struct Release {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = repo)]
    pub(crate) repo: String,

    /// Release the snapshot of this digest, or nothing if another one is held by now
    #[arg(long, value_name = "DIGEST", value_parser = |text: &str| Digest::try_from(text.to_owned()))]
    pub(crate) digest: Option<Digest>,
}

/// Search the capabilities of every repository, best match first
///
/// A capability matches if every word is the beginning of a word in its id, name, summary or tags. Without words all are listed, by
/// repository.
#[derive(Debug, Args)]
#[command(after_long_help = "\
With -o json, `next` is what `--cursor` takes to go on, in the revision that the search began in; null when there is no more.

Examples:
  reuse-surface hub search shared state
  reuse-surface hub search lease --domain infotech --status stable
  reuse-surface hub search --repo state-hub --all -o json | jq -r '.capabilities[].id'
  reuse-surface hub search lease --fields '*' --budget-tokens 2000 -o json")]
pub(crate) struct Search {
    /// What to look for
    #[arg(value_name = "WORDS")]
    pub(crate) words: Vec<String>,

    /// Only capabilities that are listed under this domain
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

    /// Names of the fields in the machine output, with commas between them; `*` for all
    #[arg(long, value_name = "NAMES")]
    pub(crate) fields: Option<String>,

    /// At most this many capabilities
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,

    /// All capabilities that match
    #[arg(long, conflicts_with_all = ["limit", "budget_tokens"])]
    pub(crate) all: bool,

    /// Have the hub keep its answer within this many tokens, of 4 bytes each; one page is read
    #[arg(long, value_name = "N")]
    pub(crate) budget_tokens: Option<u32>,

    /// Go on after the page that gave this cursor out
    #[arg(long, value_name = "CURSOR", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) cursor: Option<String>,
}

/// List what changed in the federated index since a revision
///
/// Reads to the newest revision unless `--limit` is given.
#[derive(Debug, Args)]
#[command(after_long_help = "\
With -o json, `items` replayed in order over the capabilities of revision `since` give those of revision `until`, whose \
document, without its capabilities, is `head`.

Examples:
  reuse-surface hub changes --since 40
  reuse-surface hub changes --since 40 -o json | jq -r '.items[] | select(.op == \"removed\") | .id'")]
pub(crate) struct Changes {
    /// The revision that is known already; 0 for the empty index before the first
    #[arg(long, value_name = "REVISION")]
    pub(crate) since: u64,

    /// Read at most this many revisions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
}

/// Refresh the sources that are due, and publish a new revision if anything changed
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 when the last check of an enabled source failed, in this run or before it. Such a source keeps contributing \
its accepted snapshot, if it has one.

Examples:
  reuse-surface hub compose
  reuse-surface hub compose --force -o json | jq '.sources[] | select(.outcome == \"failed\")'")]
pub(crate) struct Compose {
    /// Refresh every enabled source, due or not
    #[arg(long)]
    pub(crate) force: bool,
}

/// Write the hub's registrations into a local manifest, and fetch what its newest revision was composed from
#[derive(Debug, Args)]
#[command(after_long_help = "\
Writes the manifest and, beside it, the lock file; the snapshots go into the cache. After it, `reuse-surface federation compose \
--locked` works offline and writes the hub's own bytes.

Examples:
  reuse-surface hub sync
  reuse-surface hub sync --manifest sources.yaml")]
pub(crate) struct Sync {
    /// The manifest to write
    #[arg(long, value_name = "FILE", default_value = super::MANIFEST)]
    pub(crate) manifest: PathBuf,

    /// Replace the manifest and the lock file even if somebody else wrote them
    #[arg(long)]
    pub(crate) force: bool,
}

/// Whatever the hub may judge; only what would change the path of the request is refused here.
pub(super) fn repo(text: &str) -> Result<String, String> {
    match text {
        "" | "." | ".." => {
            Err("give the name under which the repository is registered, as `hub list` shows it".to_owned())
        }
        name => Ok(name.to_owned()),
    }
}

/// An ETag with its quotes, which shells tend to eat.
fn entity_tag(text: &str) -> Result<String, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("give the ETag that `hub show` prints".to_owned());
    }
    let whole = text == "*" || text.starts_with("W/") || text.starts_with('"');
    Ok(if whole { text.to_owned() } else { format!("\"{text}\"") })
}
