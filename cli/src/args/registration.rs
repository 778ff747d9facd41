//! The subcommands of `reuse-surface hub` that concern one registration.

use super::Format;
use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgGroup, Args, value_parser};
use federation::digest::Digest;
use federation::forge::Forge;
use federation::index::SourceFormat;

/// Register a repository's index; the hub checks the index first
#[derive(Debug, Args)]
#[command(after_long_help = "\
With --from-git, the name and the raw URL come from the git remote and branch of the current directory, and the domain from the index, \
unless you set them.

Examples:
  reuse-surface hub register --from-git --dry-run
  reuse-surface hub register --repo my-repo --url https://example.org/raw/capabilities.yaml --domain tools
  reuse-surface hub register --repo my-repo --url https://example.org/raw/capabilities.yaml --domain tools --dry-run
  reuse-surface hub register --repo my-agent --url https://example.org/.well-known/agent-card.json --domain tools --format agent-card
  reuse-surface hub register --repo soon --url https://example.org/raw/soon.yaml --domain tools --no-check --disabled")]
pub(crate) struct Register {
    /// The name of the registration: lower case, unique on the hub; it cannot be changed later
    #[arg(long, value_name = "REPO", required_unless_present = "from_git", value_parser = super::values::repo)]
    pub(crate) repo: Option<String>,

    /// The raw URL of the index: an absolute http or https URL without credentials
    #[arg(long, value_name = "URL", required_unless_present = "from_git", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) url: Option<String>,

    /// The domain that the repository belongs to
    #[arg(long, value_name = "DOMAIN", required_unless_present = "from_git", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) domain: Option<String>,

    /// Derive missing values from the git repository of the current directory
    #[arg(long)]
    pub(crate) from_git: bool,

    /// With --from-git: the software of the remote's host, if it is not recognised
    #[arg(long, value_name = "FORGE", requires = "from_git", conflicts_with = "url", value_parser = super::values::variant(Forge::ALL))]
    pub(crate) forge: Option<Forge>,

    /// With --from-git: the branch to use instead of the current one
    #[arg(long, value_name = "BRANCH", requires = "from_git", conflicts_with = "url", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) branch: Option<String>,

    /// With --from-git: the path of the index from the root of the repository
    #[arg(long, value_name = "PATH", requires = "from_git", conflicts_with = "url", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) index: Option<String>,

    /// A sentence that describes what the repository offers
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Mark the source as required: its index must be valid, and `hub status` fails if it is not fresh
    #[arg(long)]
    pub(crate) required: bool,

    /// Register without publishing; the source contributes nothing until it is enabled
    #[arg(long)]
    pub(crate) disabled: bool,

    /// The only format that the index may have [hub's default: auto]
    #[arg(long, value_name = "FORMAT", value_parser = super::values::variant(SourceFormat::ALL))]
    pub(crate) format: Option<SourceFormat>,

    /// Seconds after which the hub checks the index again [hub's default: 3600]
    #[arg(long, value_name = "N")]
    pub(crate) cache_ttl_seconds: Option<u32>,

    /// Register even if the index is missing or invalid
    #[arg(long)]
    pub(crate) no_check: bool,

    /// Only check: show what would happen and write nothing; exit with 1 if the source would not be fresh
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Change a registration; fields that are not given stay as they are
///
/// The registration is read first and changed only if it has not been changed in the meantime.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("change").required(true).multiple(true)
    .args(["url", "domain", "enabled", "required", "cache_ttl_seconds", "description", "format"])))]
#[command(after_long_help = "\
Examples:
  reuse-surface hub update --repo state-hub --enabled true
  reuse-surface hub update --repo state-hub --url https://example.org/raw/new/capabilities.yaml
  reuse-surface hub update --repo state-hub --required true --if-match '\"3f9a\"'")]
pub(crate) struct Update {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = super::values::repo)]
    pub(crate) repo: String,

    /// The new raw URL of the index
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) url: Option<String>,

    /// The new domain
    #[arg(long, value_name = "DOMAIN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) domain: Option<String>,

    /// Whether the source is enabled
    #[arg(long, value_name = "true|false")]
    pub(crate) enabled: Option<bool>,

    /// Whether a valid index is required
    #[arg(long, value_name = "true|false")]
    pub(crate) required: Option<bool>,

    /// The new format of the index
    #[arg(long, value_name = "FORMAT", value_parser = super::values::variant(SourceFormat::ALL))]
    pub(crate) format: Option<SourceFormat>,

    /// Seconds after which the hub checks the index again
    #[arg(long, value_name = "N")]
    pub(crate) cache_ttl_seconds: Option<u32>,

    /// The new description; an empty text removes it
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Change only if the registration still has this ETag, as shown by `hub show` [default: its current ETag]
    #[arg(long, value_name = "ETAG", value_parser = entity_tag)]
    pub(crate) if_match: Option<String>,
}

/// Remove a registration and, at once, its capabilities from the federated index
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub deregister --repo my-repo
  reuse-surface hub deregister --repo my-repo --if-match '\"3f9a\"'")]
pub(crate) struct Deregister {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = super::values::repo)]
    pub(crate) repo: String,

    /// Remove only if the registration still has this ETag, as shown by `hub show`
    #[arg(long, value_name = "ETAG", value_parser = entity_tag)]
    pub(crate) if_match: Option<String>,
}

/// Have the hub check an index, published or not, without writing anything
///
/// With FILE, the hub checks the file itself, so nothing has to be published first; no token is needed.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("index").required(true).multiple(true).args(["file", "url", "repo"])))]
#[command(after_long_help = "\
Exits with 1 if the index is not valid, or removes or deprecates a capability that another repo uses. For a file, and for the URL of a registration, \
also shows what would change in the federation. With --format markdown, the output is a comment for a pull request; with --format sarif, it is SARIF \
2.1.0, which code review tools show next to the lines.

Examples:
  reuse-surface hub check registry/indexes/capabilities.yaml --repo my-repo
  reuse-surface hub check registry/indexes/capabilities.yaml --repo my-repo --format markdown > comment.md
  reuse-surface hub check --repo my-repo
  reuse-surface hub check --url https://example.org/raw/capabilities.yaml
  reuse-surface hub check --repo my-repo -o json | jq .would")]
// This argument has the global flag's id and accepts more formats.
#[command(arg(Arg::new("output").short('o').long("output").visible_alias("format").value_name("FORMAT").default_value("table")
    .value_parser(value_parser!(Format)).help("The format of standard output")))]
pub(crate) struct Check {
    /// The index file, or `-` for standard input
    #[arg(value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) file: Option<String>,

    /// The raw URL of the index
    #[arg(long, value_name = "URL", conflicts_with_all = ["file", "repo"], value_parser = NonEmptyStringValueParser::new())]
    pub(crate) url: Option<String>,

    /// The registration whose index is checked; with FILE, the repo named in the index by default
    #[arg(long, value_name = "REPO", value_parser = super::values::repo)]
    pub(crate) repo: Option<String>,

    /// The format of the index [default: that of the registration, or auto]
    #[arg(long, value_name = "FORMAT", value_parser = super::values::variant(SourceFormat::ALL))]
    pub(crate) source_format: Option<SourceFormat>,

    /// Exit with 0 even if the index removes or deprecates what other repos use
    #[arg(long)]
    pub(crate) allow_affected: bool,
}

/// Fetch the index of one repository now, even if it is not due, and publish it if it changed
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 if the check failed; the accepted snapshot, if there is one, is still served.

Examples:
  reuse-surface hub refresh --repo my-repo
  reuse-surface hub refresh --repo my-repo --commit \"$(git rev-parse HEAD)\"
  reuse-surface hub refresh --repo my-repo --oidc")]
pub(crate) struct Refresh {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = super::values::repo)]
    pub(crate) repo: String,

    /// Fetch the index at this commit, and publish the commit as its provenance
    #[arg(long, value_name = "SHA", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) commit: Option<String>,

    /// The branch or tag that has the commit, such as refs/heads/main
    #[arg(long = "ref", value_name = "REF", requires = "commit", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reference: Option<String>,

    /// Use the identity of this CI job instead of a token, and fetch the index at the commit of the job
    ///
    /// For GitHub Actions, GitLab CI and Forgejo Actions, if the operator of the hub has a rule for the repository. The audience of the identity
    /// is the base URL of the hub; GitLab passes the identity in the variable REUSE_SURFACE_ID_TOKEN.
    #[arg(long, conflicts_with_all = ["commit", "reference"])]
    pub(crate) oidc: bool,
}

/// Accept a snapshot that the hub holds back because it lost most of its capabilities
#[derive(Debug, Args)]
#[command(after_long_help = "\
`hub check --repo REPO` shows what the federation would lose. The hub releases a held snapshot automatically once it has seen the \
same content for 24 hours.

Examples:
  reuse-surface hub release --repo my-repo
  reuse-surface hub release --repo my-repo --digest sha256:10a1b1cfee4836a99850bc6d22d91b734c9e13f62ffedf44db23cb155632bce4")]
pub(crate) struct Release {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = super::values::repo)]
    pub(crate) repo: String,

    /// Release only the snapshot with this digest; fail if a different one is held
    #[arg(long, value_name = "DIGEST", value_parser = |text: &str| Digest::try_from(text.to_owned()))]
    pub(crate) digest: Option<Digest>,
}

/// Create a webhook secret, so that a push refreshes the index at once
///
/// In the repository's settings on the forge, add a webhook for pushes with this secret and the address shown for the forge. A new secret replaces
/// the previous one.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub hook --repo my-repo
  reuse-surface hub hook --repo my-repo -o json | jq -r .secret
  reuse-surface hub hook --repo my-repo --remove")]
pub(crate) struct Hook {
    /// The name of the registration
    #[arg(long, value_name = "REPO", value_parser = super::values::repo)]
    pub(crate) repo: String,

    /// Remove the secret, so that no webhook is accepted
    #[arg(long)]
    pub(crate) remove: bool,
}

/// An ETag; adds the quotes, which shells tend to remove.
fn entity_tag(text: &str) -> Result<String, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("give the ETag that `hub show` prints".to_owned());
    }
    let whole = text == "*" || text.starts_with("W/") || text.starts_with('"');
    Ok(if whole { text.to_owned() } else { format!("\"{text}\"") })
}
