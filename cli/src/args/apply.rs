//! `reuse-surface hub apply`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

/// Reconcile the hub's registrations with a file that is kept in git
///
/// The file lists registrations as `POST /v1/repos` accepts them; a field that it leaves out gets its default. Those that the hub lacks are
/// created, and those that differ are changed, unless another client changes them in the meantime. All others stay, unless --prune is set. The
/// indexes are not checked first: `hub status` shows which sources are not fresh.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 if a registration could not be written; the others are still written. Applying a file again changes nothing.

With --label, only the registrations of the file with this label are applied. --prune also removes the registrations on the hub that have the label and are not \
in the file; if these are more than half of all that have it, nothing is done without --yes.

Examples:
  reuse-surface hub apply -f registrations.yaml --dry-run
  reuse-surface hub apply -f registrations.yaml
  reuse-surface hub apply -f registrations.yaml --prune --label team=platform
  reuse-surface hub apply -f - --dry-run --exit-code -o json < registrations.yaml")]
pub(crate) struct Apply {
    /// The file, as YAML or JSON, or `-` for standard input
    #[arg(short = 'f', long = "file", value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) file: String,

    /// Only show what would change, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// With --dry-run: exit with 5 if anything would change
    #[arg(long, requires = "dry_run")]
    pub(crate) exit_code: bool,

    /// Apply only registrations with this label
    #[arg(long, value_name = "NAME=VALUE", value_parser = super::values::label)]
    pub(crate) label: Option<String>,

    /// Also remove registrations that have the label and are not in the file
    #[arg(long, requires = "label")]
    pub(crate) prune: bool,

    /// With --prune: remove them even if these are more than half of all that have the label
    #[arg(long, requires = "prune")]
    pub(crate) yes: bool,
}
