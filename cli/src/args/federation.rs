//! `reuse-surface federation …`.

use super::{Format, LogTrust};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Compose the federated index without a hub, or verify what a hub composed
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Federation {
    #[command(subcommand)]
    pub(crate) verb: FederationVerb,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum FederationVerb {
    Compose(FederationCompose),
    Verify(Verify),
    Diff(Diff),
}

/// Compose the sources of a local manifest into one document, as a hub does
///
/// Every URL is fetched, with the validators in the cache. As on a hub, a source whose check fails contributes the snapshot that was last
/// accepted, and an index that lost most of its capabilities is held back for 24 hours. Local files are used as they are. Paths of local
/// indexes start at the root of the git repository that contains the manifest, or at the current directory if there is none. Here -o sets
/// the format of the report.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Writes the document and, next to the manifest, the lock file that --locked reads. With --output -, the document goes to standard \
output and no file is written. The document has the revision and time of the hub's document if `hub sync` found the same sources there; \
otherwise it has revision 0. With --locked and --log-key, the lock file must prove that its revision is in the signed log of the hub, and with --witness \
that witnesses have seen it.

Exits with 1 if a source never had a valid index and so contributes nothing; if a required source has no valid index now, in which case \
nothing is written; or if --locked is not possible. The cache is $XDG_CACHE_HOME/reuse-surface, or ~/.cache/reuse-surface.

Examples:
  reuse-surface federation compose
  reuse-surface federation compose --output - --format json | jq .conflicts
  reuse-surface hub sync && reuse-surface federation compose --locked")]
// This argument has the global flag's id and only the short form, so that the long form can name the file.
#[command(arg(Arg::new("output").short('o').value_name("FORMAT").default_value("table").hide_short_help(true)
    .value_parser(PossibleValuesParser::new(["table", "json", "yaml"]).try_map(|text| Format::from_str(&text, false)))
    .help("The format of the report on standard output")))]
pub(crate) struct FederationCompose {
    /// The manifest file
    #[arg(long, value_name = "FILE", default_value = super::values::MANIFEST)]
    pub(crate) manifest: PathBuf,

    /// The file for the document, `-` for standard output [default: `federated.yaml` or `.json` next to the manifest]
    #[arg(long = "output", value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) file: Option<String>,

    /// The format of the document
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = DocumentFormat::Yaml)]
    pub(crate) format: DocumentFormat,

    /// Replace the file even if it was not written by this command or a hub
    #[arg(long)]
    pub(crate) force: bool,

    /// Accept the index of this repo that is held back; may be repeated
    #[arg(long, value_name = "REPO", conflicts_with = "locked")]
    pub(crate) release: Vec<String>,

    /// Fetch nothing; compose exactly the contents of the lock file, or fail
    #[arg(long)]
    pub(crate) locked: bool,

    #[command(flatten)]
    pub(crate) trust: LogTrust,
}

/// The format of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocumentFormat {
    /// YAML 1.2
    Yaml,
    /// JSON
    Json,
}

/// Compose a hub's revision again from its snapshots and compare the bytes
///
/// Downloads the manifest of the revision and the indexes, checks every digest, and composes the document on this machine. A document
/// filtered by domain or repo is compared with the same part of its revision.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 if the bytes differ, and shows the first difference; with --commits, also if a source that was pushed from a commit does not have
the bytes of its file at that commit, or the file cannot be read.

With --log-key, or if the lock file names a key, it also checks that the revision is in the hub's signed log, and that this log extends the one that \
the lock file remembers. A document with the revision of the lock file is verified without the hub, if its snapshots and proofs are on this machine.

Examples:
  reuse-surface federation verify
  reuse-surface federation verify registry/federation/federated.yaml
  reuse-surface federation verify --commits -o json | jq .commits
  curl -s 'https://reuse.coulomb.social/v1/federated?domain=infotech' | reuse-surface federation verify -")]
pub(crate) struct Verify {
    /// The document to compare, `-` for standard input [default: the hub's newest document]
    #[arg(value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) file: Option<String>,

    /// The manifest file; the lock file next to it remembers the transparency log
    #[arg(long, value_name = "FILE", default_value = super::values::MANIFEST)]
    pub(crate) manifest: PathBuf,

    #[command(flatten)]
    pub(crate) trust: LogTrust,

    /// Also fetch the file of each source at the commit that it was pushed from, and compare the bytes
    #[arg(long)]
    pub(crate) commits: bool,
}

/// Compare two federated documents, source by source
///
/// YAML and JSON may be mixed. Revision numbers and times are not compared.
#[derive(Debug, Args)]
#[command(after_long_help = "\
As with diff(1), exits with 0 if the documents are the same, 1 if they differ, and 2 if one cannot be read.

Examples:
  reuse-surface federation diff old.yaml registry/federation/federated.yaml
  curl -s https://reuse.coulomb.social/v1/federated | reuse-surface federation diff registry/federation/federated.yaml -")]
pub(crate) struct Diff {
    /// The old document, `-` for standard input
    #[arg(value_name = "A", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) before: String,

    /// The new document, `-` for standard input
    #[arg(value_name = "B", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) after: String,
}
