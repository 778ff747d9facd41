//! The global flags.

use crate::env;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};

/// Flags that may appear anywhere on the command line.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The base URL of the hub
    ///
    /// An absolute http or https URL without credentials; its path is used as a prefix. The token for writes comes from the
    /// variable REUSE_SURFACE_TOKEN, or from the file that REUSE_SURFACE_TOKEN_FILE names.
    #[arg(long, global = true, value_name = "URL", env = env::BASE_URL, hide_env_values = true)]
    #[arg(default_value = "https://reuse.coulomb.social")]
    pub(crate) base_url: String,

    /// The format of standard output
    ///
    /// `json` is the hub's own JSON object; `yaml` is the same object as YAML. The format does not depend on whether standard output is a terminal.
    #[arg(short, long, global = true, value_name = "FORMAT", default_value = "table", value_parser = PossibleValuesParser::new(["table", "json", "yaml"]).try_map(|text| Format::from_str(&text, false)))]
    pub(crate) output: Format,

    /// When to use colours
    ///
    /// `auto` uses colours on a terminal only, and never if NO_COLOR is set.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,

    /// Seconds to wait for the hub's response [default: 30; if the hub fetches an index first: 60; `hub compose`: 120; `doctor`: 10; `smoke`: 60]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,

    /// Write only warnings and errors to standard error
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// The format of standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// Indented JSON
    Json,
    /// YAML
    Yaml,
    /// SARIF 2.1.0, for `index validate` and `hub check`
    Sarif,
    /// Markdown, for `hub check`
    Markdown,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
