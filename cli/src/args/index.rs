//! `reuse-surface index …`.

use super::Format;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, Args, Subcommand, ValueEnum as _};
use federation::index::SourceFormat;

/// Check a capability index before it is published
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Index {
    #[command(subcommand)]
    pub(crate) verb: IndexVerb,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum IndexVerb {
    Validate(Validate),
}

/// Check an index by the rules of the hub, and show the lines with errors
///
/// No hub is contacted. A URL is fetched as a hub fetches it, but private addresses are allowed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 if the index is not valid; warnings do not change the exit code. With -o sarif, the output is SARIF 2.1.0, which code \
review tools show next to the lines.

Examples:
  reuse-surface index validate registry/indexes/capabilities.yaml
  reuse-surface index validate https://example.org/raw/capabilities.yaml
  reuse-surface index validate catalog-info.yaml --source-format catalog-info
  reuse-surface index validate registry/indexes/capabilities.yaml -o sarif > index.sarif")]
// This argument has the global flag's id and accepts one more format.
#[command(arg(Arg::new("output").short('o').long("output").value_name("FORMAT").default_value("table")
    .value_parser(PossibleValuesParser::new(["table", "json", "yaml", "sarif"]).try_map(|text| Format::from_str(&text, false)))
    .help("The format of standard output")))]
pub(crate) struct Validate {
    /// The index file, `-` for standard input, or the http or https URL of the raw index
    #[arg(value_name = "PATH|URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) source: String,

    /// The format of the index
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = super::values::variant(SourceFormat::ALL))]
    pub(crate) source_format: SourceFormat,
}
