//! `reuse-surface hub upstream …`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

/// Follow other hubs: their sources are published beside those of this hub
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Upstream {
    #[command(subcommand)]
    pub(crate) verb: UpstreamVerb,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum UpstreamVerb {
    Set(UpstreamSet),
    List(UpstreamList),
    Show(UpstreamName),
    Remove(UpstreamRemove),
}

/// Follow a hub, or start anew with one whose history was rewritten; needs the scope `admin`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub upstream set acme --url https://reuse.acme.example
  reuse-surface hub upstream set acme --url https://reuse.acme.example --transitive")]
pub(crate) struct UpstreamSet {
    /// The name of the upstream
    #[arg(value_name = "NAME", value_parser = super::values::repo)]
    pub(crate) name: String,

    /// The public base URL of the hub
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) url: String,

    /// Also accept what that hub has from others
    #[arg(long)]
    pub(crate) transitive: bool,
}

/// List the upstreams
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub upstream list -o json | jq -r '.upstreams[].name'")]
pub(crate) struct UpstreamList {}

/// Show an upstream: how far it was followed, which of its sources conflict, and which are refused
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub upstream show acme")]
pub(crate) struct UpstreamName {
    /// The name of the upstream
    #[arg(value_name = "NAME", value_parser = super::values::repo)]
    pub(crate) name: String,
}

/// Remove an upstream, and the sources that came from it alone; needs the scope `admin`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub upstream remove acme")]
pub(crate) struct UpstreamRemove {
    /// The name of the upstream
    #[arg(value_name = "NAME", value_parser = super::values::repo)]
    pub(crate) name: String,
}
