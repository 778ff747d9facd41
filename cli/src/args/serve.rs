//! `reuse-surface serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::env;

const EXAMPLES: &str = "\
Examples:
  reuse-surface serve
  REUSE_SURFACE_TOKEN=\"$(cat token)\" reuse-surface serve --listen 0.0.0.0:8080 --data-dir /var/lib/reuse-surface
  reuse-surface serve --refresh-interval 0 --allow-private-networks

The token comes from the variable REUSE_SURFACE_TOKEN, or from a file. It may do everything; it makes named tokens that may do less,
with `reuse-surface hub token create`. Without any token, every write is refused.";

/// Run a hub: the same component that `spin up` runs
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Serve {
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS:PORT", env = env::LISTEN, default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// The directory that holds the database; made if it is missing
    #[arg(long, value_name = "PATH", env = env::DATA_DIR, default_value = "./data")]
    pub(crate) data_dir: PathBuf,

    /// How often to look for sources that are due, such as 90s, 15m or 1h; 0 turns the timer off
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = interval)]
    pub(crate) refresh_interval: Duration,

    /// Let sources live on private and loopback addresses and on any port: for local work
    #[arg(long)]
    pub(crate) allow_private_networks: bool,

    /// The compiled component to run instead of the one inside this program
    #[arg(long, value_name = "PATH")]
    pub(crate) component: Option<PathBuf>,

    /// The Spin manifest whose grants are enforced, instead of the one inside this program
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest: Option<PathBuf>,

    /// The URL under which clients reach this hub, where a proxy stands before it
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// A file that holds the token, such as a mounted secret [env: REUSE_SURFACE_TOKEN_FILE]
    ///
    /// It is read for every write: replace it, and the old token is refused from then on. Named tokens are not touched by that.
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,

    /// The request header in which the proxy before this hub gives the client's address, such as X-Forwarded-For
    ///
    /// Failed attempts to write are counted by that address; its last entry counts. Only for a hub that is reached through that
    /// proxy alone.
    #[arg(long, value_name = "NAME", env = env::CLIENT_ADDRESS_HEADER, value_parser = header_name)]
    pub(crate) client_address_header: Option<String>,

    /// MiB that answers, requests and the hub's working memory may take together; beyond that, requests are answered 503
    ///
    /// The program itself takes about 100 MiB more. Judging the largest index takes 320.
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = memory)]
    pub(crate) memory: usize,

    /// The form of the log on standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,

    /// How much to log; a line for each request is part of `info`
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = LogLevel::Info)]
    pub(crate) log_level: LogLevel,
}

impl Serve {
    /// The file that holds the token, if it is not in a variable. As with the token itself, an empty variable counts as none.
    pub(crate) fn token_file(&self) -> Option<PathBuf> {
        self.token_file.clone().or_else(env::token_file)
    }
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// A JSON object a line
    Json,
}

/// The least that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// What failed
    Error,
    /// Also what may need attention
    Warn,
    /// Also what happens, with a line for each request
    Info,
    /// Also why
    Debug,
}

/// MiB, enough to work with.
fn memory(text: &str) -> Result<usize, String> {
    let mib = text.parse().ok().filter(|mib| (64..=1 << 20).contains(mib));
    mib.ok_or_else(|| "give a whole number of MiB, 64 or more".to_owned())
}

/// A header name, or nothing, as an unset variable of a deployment leaves it.
fn header_name(text: &str) -> Result<String, String> {
    match text.is_empty() || http::HeaderName::try_from(text).is_ok() {
        true => Ok(text.to_lowercase()),
        false => Err("give the name of a request header, such as X-Forwarded-For".to_owned()),
    }
}

/// Zero, or a duration with its unit. A bare number is refused, since nobody can tell seconds from minutes.
fn interval(text: &str) -> Result<Duration, String> {
    if text.trim() == "0" {
        return Ok(Duration::ZERO);
    }
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "give a duration with its unit, such as 90s, 15m or 1h, or 0 for none".to_owned())
}
