//! The flags that every command takes.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};

use crate::env;

/// Flags that may stand anywhere on the command line.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The hub to talk to
    ///
    /// An absolute http or https URL without credentials; a path in it is kept as a prefix. Writes take their token from
    /// the variable REUSE_SURFACE_TOKEN, or from the file that REUSE_SURFACE_TOKEN_FILE names.
    #[arg(long, global = true, value_name = "URL", env = env::BASE_URL, hide_env_values = true)]
    #[arg(default_value = "https://reuse.coulomb.social")]
    pub(crate) base_url: String,

    /// What is written to standard output
    ///
    /// `json` is the hub's own object; `yaml` is the same as YAML. Whether standard output is a terminal changes nothing.
    #[arg(short, long, global = true, value_name = "FORMAT", default_value = "table", value_parser = PossibleValuesParser::new(["table", "json", "yaml"]).try_map(|text| Format::from_str(&text, false)))]
    pub(crate) output: Format,

    /// When to use colour
    ///
    /// `auto` colours on a terminal only, and never when NO_COLOR is set.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,

    /// Seconds to wait for an answer of the hub [default: 30; where the hub fetches an index first: 60; `hub compose`: 120]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,

    /// Write nothing but warnings and errors to standard error
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// The form of standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// Indented JSON
    Json,
    /// YAML
    Yaml,
    /// SARIF 2.1.0, from `index validate` alone
    Sarif,
}

/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
