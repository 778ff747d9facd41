//! `reuse-surface index …`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, Args, Subcommand, value_parser};

use super::Format;

/// Work on a capability index before it is published
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Index {
    #[command(subcommand)]
    pub(crate) verb: IndexVerb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum IndexVerb {
    Validate(Validate),
}

/// Check an index by the rules of the hub, and show the lines that are wrong
///
/// Asks no hub. A URL is fetched as a hub fetches it, but private addresses are reached too.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 when the index is not valid; warnings alone are no reason. With -o sarif, what is written is SARIF 2.1.0, which \
code review tools show beside the lines.

Examples:
  reuse-surface index validate registry/indexes/capabilities.yaml
  reuse-surface index validate https://example.org/raw/capabilities.yaml
  reuse-surface index validate registry/indexes/capabilities.yaml -o sarif > index.sarif")]
// Defined under the global flag's id, this takes one more format.
#[command(arg(Arg::new("output").short('o').long("output").value_name("FORMAT").default_value("table")
    .value_parser(value_parser!(Format)).help("What is written to standard output")))]
pub(crate) struct Validate {
    /// The file, `-` for standard input, or the http or https URL of the raw index
    #[arg(value_name = "PATH|URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) source: String,
}
