//! `reuse-surface federation …`.

use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, Args, Subcommand, ValueEnum};

use super::Format;

/// Compose the federated index without a hub, or prove what a hub composed
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Federation {
    #[command(subcommand)]
    pub(crate) verb: FederationVerb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum FederationVerb {
    Compose(FederationCompose),
    Verify(Verify),
    Diff(Diff),
}

/// Compose the sources of a local manifest into one document, as a hub would
///
/// Every URL is asked, with the validators that the cache has of it. A source that fails now contributes the snapshot that was
/// accepted last, and one that lost most of its capabilities is held back for 24 hours, as on a hub; a local file is taken as it is. Index paths start at the
/// root of the git repository that the manifest is in, or else at the current directory. Here -o is the form of the report.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Writes the document and, beside the manifest, the lock file that --locked reads; with --output - the document goes to standard \
output and no file is written. The document has the revision and time of the hub's if `hub sync` found the same sources there, \
and else revision 0.

Exits with 1 when a source never had a valid index, and contributes nothing; when a required source has none now, and then \
nothing is written; or when --locked cannot be done. The cache is $XDG_CACHE_HOME/reuse-surface, or ~/.cache/reuse-surface.

Examples:
  reuse-surface federation compose
  reuse-surface federation compose --output - --format json | jq .conflicts
  reuse-surface hub sync && reuse-surface federation compose --locked")]
// Defined under the global flag's id, this leaves the long form to the file.
#[command(arg(Arg::new("output").short('o').value_name("FORMAT").default_value("table").hide_short_help(true)
    .value_parser(PossibleValuesParser::new(["table", "json", "yaml"]).try_map(|text| Format::from_str(&text, false)))
    .help("What is reported on standard output")))]
pub(crate) struct FederationCompose {
    /// The manifest
    #[arg(long, value_name = "FILE", default_value = super::MANIFEST)]
    pub(crate) manifest: PathBuf,

    /// Where the document goes, `-` for standard output [default: `federated.yaml` or `.json` beside the manifest]
    #[arg(long = "output", value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) file: Option<String>,

    /// The form of the document
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = DocumentFormat::Yaml)]
    pub(crate) format: DocumentFormat,

    /// Replace the file even if it is not a document that this command, or a hub, wrote
    #[arg(long)]
    pub(crate) force: bool,

    /// Accept what is held back of this repo; may be repeated
    #[arg(long, value_name = "REPO", conflicts_with = "locked")]
    pub(crate) release: Vec<String>,

    /// Fetch nothing: compose exactly what the lock file says, or fail
    #[arg(long)]
    pub(crate) locked: bool,
}

/// The form of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocumentFormat {
    /// YAML 1.2
    Yaml,
    /// JSON
    Json,
}

/// Compose a hub's revision again from its snapshots, and compare byte for byte
///
/// Downloads the list of sources and their indexes, checks every digest, and composes on this machine. A document of some domains or
/// repos is compared with that part of its revision.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 when the bytes differ, and says where they first do.

Examples:
  reuse-surface federation verify
  reuse-surface federation verify registry/federation/federated.yaml
  curl -s 'https://reuse.coulomb.social/v1/federated?domain=infotech' | reuse-surface federation verify -")]
pub(crate) struct Verify {
    /// The document to compare, `-` for standard input; the hub's newest if none is named
    #[arg(value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) file: Option<String>,
}

/// Compare two federated documents, source by source
///
/// YAML and JSON may be mixed. Revision numbers and times are not compared.
#[derive(Debug, Args)]
#[command(after_long_help = "\
As with diff(1), exits with 0 when the documents are the same, with 1 when they differ, and with 2 when one cannot be read.

Examples:
  reuse-surface federation diff old.yaml registry/federation/federated.yaml
  curl -s https://reuse.coulomb.social/v1/federated | reuse-surface federation diff registry/federation/federated.yaml -")]
pub(crate) struct Diff {
    /// The document before, `-` for standard input
    #[arg(value_name = "A", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) before: String,

    /// The document after, `-` for standard input
    #[arg(value_name = "B", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) after: String,
}
