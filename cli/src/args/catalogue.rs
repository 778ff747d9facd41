//! `reuse-surface hub catalogue …`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

/// Register an organisation once: the hub registers each of its repositories that has an index
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Catalogue {
    #[command(subcommand)]
    pub(crate) verb: CatalogueVerb,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueVerb {
    Add(CatalogueAdd),
    List(CatalogueList),
    Show(CatalogueName),
    Remove(CatalogueRemove),
    Release(CatalogueRelease),
}

/// Register a catalogue
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub catalogue add acme --kind github --url https://github.com/acme --domain infotech
  reuse-surface hub catalogue add platform --kind gitlab --url https://gitlab.com/acme/platform --domain infotech --prefix platform-")]
pub(crate) struct CatalogueAdd {
    /// The name of the catalogue
    #[arg(value_name = "NAME", value_parser = super::values::repo)]
    pub(crate) name: String,

    /// What is at the URL: github, gitea, forgejo, gitlab or list
    #[arg(long, value_name = "KIND", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) kind: String,

    /// The URL of the page of the organisation, user or group, or of the list
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) url: String,

    /// The domain of its repos
    #[arg(long, value_name = "DOMAIN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) domain: String,

    /// The prefix of the names of its registrations
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    /// The path of the index in each repository [hub's default: registry/indexes/capabilities.yaml]
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) path: Option<String>,

    /// Seconds after which the hub lists the repositories again [hub's default: 3600]
    #[arg(long, value_name = "N")]
    pub(crate) cache_ttl_seconds: Option<u32>,
}

/// List the catalogues
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub catalogue list -o json | jq -r '.catalogues[].name'")]
pub(crate) struct CatalogueList {}

/// Show a catalogue: how many of its repositories are registered, and why the others are not
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub catalogue show acme")]
pub(crate) struct CatalogueName {
    /// The name of the catalogue
    #[arg(value_name = "NAME", value_parser = super::values::repo)]
    pub(crate) name: String,
}

/// Remove a catalogue; its registrations stay
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub catalogue remove acme")]
pub(crate) struct CatalogueRemove {
    /// The name of the catalogue
    #[arg(value_name = "NAME", value_parser = super::values::repo)]
    pub(crate) name: String,
}

/// Accept a listing that the hub holds back because it lost most of its repositories
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface hub catalogue release acme")]
pub(crate) struct CatalogueRelease {
    /// The name of the catalogue
    #[arg(value_name = "NAME", value_parser = super::values::repo)]
    pub(crate) name: String,
}
