//! `reuse-surface serve`.

use crate::env;
use clap::{Args, ValueEnum};
use federation::upstream::base_url;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

const EXAMPLES: &str = "\
Examples:
  reuse-surface serve
  REUSE_SURFACE_TOKEN=\"$(cat token)\" reuse-surface serve --listen 0.0.0.0:8080 --data-dir /var/lib/reuse-surface
  reuse-surface serve --refresh-interval 0 --allow-private-networks

The token comes from the variable REUSE_SURFACE_TOKEN or from a file. It has full access. Use it to create named tokens with fewer rights,
with `reuse-surface hub token create`. Without any token, every write is refused.";

/// Run a hub, with the same component that `spin up` runs
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Serve {
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS:PORT", env = env::LISTEN, default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// The directory that contains the database; created if it is missing
    #[arg(long, value_name = "PATH", env = env::DATA_DIR, default_value = "./data")]
    pub(crate) data_dir: PathBuf,

    /// The PostgreSQL database to use instead of the file, such as postgres://hub:password@db.example.org/hub
    ///
    /// Several hubs can share it. `sslmode=require` in the URL demands TLS. Whenever TLS is used, the certificate is verified. The server must accept
    /// writes, unless the URL has `target_session_attrs=any`.
    #[arg(long, value_name = "URL", env = env::DATABASE_URL, hide_env_values = true, value_parser = database)]
    pub(crate) database_url: Option<DatabaseUrl>,

    /// The certificate of the CA that must have issued PostgreSQL's certificate, as PEM [default: the CAs that this machine trusts]
    #[arg(long, value_name = "PEM", env = env::DATABASE_CA, hide_env_values = true, requires = "database_url")]
    pub(crate) database_ca: Option<String>,

    /// How often to look for sources that are due, such as 90s, 15m or 1h; 0 disables the timer
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = interval)]
    pub(crate) refresh_interval: Duration,

    /// Allow sources on private and loopback addresses and on any port; for local use only
    #[arg(long)]
    pub(crate) allow_private_networks: bool,

    /// The proxy through which every index is fetched, such as http://proxy.example.org:3128, with a user name and password if it needs them
    ///
    /// The variables HTTPS_PROXY, HTTP_PROXY and ALL_PROXY are not used. The proxy resolves the names of hosts, so it must refuse private
    /// addresses itself; the hub refuses those that it recognises.
    #[arg(long, value_name = "URL", env = env::PROXY, hide_env_values = true, value_parser = proxy)]
    pub(crate) proxy: Option<Proxy>,

    /// The compiled component to run instead of the built-in one
    #[arg(long, value_name = "PATH")]
    pub(crate) component: Option<PathBuf>,

    /// The Spin manifest whose permissions are enforced instead of the built-in one
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest: Option<PathBuf>,

    /// The public URL of this hub, if it is behind a proxy
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// A file that contains the token, such as a mounted secret [env: REUSE_SURFACE_TOKEN_FILE]
    ///
    /// The file is read for every write. If you replace it, the old token is refused from then on. Named tokens are not affected.
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,

    /// The request header in which the proxy passes the client's address, such as X-Forwarded-For
    ///
    /// Failed attempts to write are counted by that address; the last entry of the header is used. Set this only if the hub can be reached
    /// only through that proxy.
    #[arg(long, value_name = "NAME", env = env::CLIENT_ADDRESS_HEADER, value_parser = header_name)]
    pub(crate) client_address_header: Option<String>,

    /// A file of synonyms for the search, in addition to the built-in ones
    ///
    /// Each line is a group (`k8s, kubernetes`) or a word and what it stands for (`redis > cache`); `#` begins a comment.
    #[arg(long, value_name = "PATH")]
    pub(crate) synonyms: Option<PathBuf>,

    /// A file with the issuers of identities that CI jobs exchange for tokens, as YAML or JSON [env: REUSE_SURFACE_CI_ISSUERS, the text itself]
    ///
    /// It says which jobs may publish which repo. The section "Publishing from CI" of specs/FederationHubAPI.md describes it.
    #[arg(long, value_name = "PATH")]
    pub(crate) ci_issuers: Option<PathBuf>,

    /// A file with the private key that signs the transparency log, as `reuse-surface log keygen` writes it [env: REUSE_SURFACE_LOG_KEY, the key itself]
    ///
    /// Without a key, the log is not signed, and everything else works. While one key replaces another, the file has both.
    #[arg(long, value_name = "PATH")]
    pub(crate) log_key_file: Option<PathBuf>,

    /// The base URL of a hub to mirror: this one publishes the same revisions under the same numbers, and refuses writes
    ///
    /// It reads from that hub alone, which may be on a private network.
    #[arg(long, value_name = "URL", env = env::MIRROR_OF, value_parser = primary)]
    pub(crate) mirror_of: Option<String>,

    /// Memory limit in MiB for responses, requests and the hub's working memory together; requests beyond it get a 503
    ///
    /// The program itself needs about 100 MiB more. Validating the largest index takes 320 MiB.
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = memory)]
    pub(crate) memory: usize,

    /// The format of the log on standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,

    /// The log level; `info` includes a line for each request
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = LogLevel::Info)]
    pub(crate) log_level: LogLevel,
}

impl Serve {
    /// The base URL of the primary, if this is a mirror.
    pub(crate) fn primary(&self) -> Option<&str> {
        self.mirror_of.as_deref().filter(|url| !url.is_empty())
    }

    /// The file that contains the token, if one is set. As with the token itself, an empty variable counts as unset.
    pub(crate) fn token_file(&self) -> Option<PathBuf> {
        self.token_file.clone().or_else(env::token_file)
    }
}

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object per line
    Json,
}

/// The log level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// Failures only
    Error,
    /// Also warnings
    Warn,
    /// Also normal events, with a line for each request
    Info,
    /// Also details for debugging
    Debug,
}

/// The URL of a PostgreSQL database. Its password is not shown.
#[derive(Clone)]
pub(crate) struct DatabaseUrl(pub(crate) Box<Url>);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.host_str().unwrap_or_default())
    }
}

impl DatabaseUrl {
    /// The server, as the manifest grants it.
    pub(crate) fn grant(&self) -> String {
        format!("postgres://{}:{}", self.0.host_str().unwrap_or_default(), self.0.port().unwrap_or(5432))
    }
}

pub(super) fn database(text: &str) -> Result<DatabaseUrl, String> {
    // Commas are valid in a password too.
    let servers = text.split(['/', '?']).nth(2).and_then(|authority| authority.rsplit('@').next());
    if servers.is_some_and(|servers| servers.contains(',')) {
        return Err(
            "name one server; one name can stand for several, such as that of a service that leads to the primary"
                .to_owned(),
        );
    }
    let url: Url = text.parse().map_err(|error| format!("it is not a URL: {error}"))?;
    let is_postgres = matches!(url.scheme(), "postgres" | "postgresql");
    match url.host_str() {
        Some(host) if is_postgres && !host.is_empty() => Ok(DatabaseUrl(Box::new(url))),
        _ => Err("write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE".to_owned()),
    }
}

/// The URL of a proxy. Its password is not shown.
#[derive(Clone)]
pub(crate) struct Proxy(pub(crate) Url);

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.host_str().unwrap_or_default())
    }
}

/// Parses the URL of a proxy; messages do not repeat it, since it may have a password.
fn proxy(text: &str) -> Result<Proxy, String> {
    let usable = |url: &Url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/" && url.query().is_none()
    };
    let url = Url::parse(text).ok().filter(usable);
    url.map(Proxy).ok_or_else(|| "give the URL of an HTTP proxy, such as http://proxy.example.org:3128".to_owned())
}

/// Parses the base URL of a hub, or an empty text, which an unset variable of a deployment may leave.
fn primary(text: &str) -> Result<String, String> {
    match text.is_empty() || base_url(text).is_some() {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err("give the base URL of a hub, such as https://reuse.example.org, without credentials".to_owned()),
    }
}

/// Parses a number of MiB, with a minimum.
fn memory(text: &str) -> Result<usize, String> {
    let mib = text.parse().ok().filter(|mib| (64..=1 << 20).contains(mib));
    mib.ok_or_else(|| "give a whole number of MiB, 64 or more".to_owned())
}

/// Parses a header name, or an empty text, which an unset variable of a deployment may leave.
fn header_name(text: &str) -> Result<String, String> {
    match text.is_empty() || http::HeaderName::try_from(text).is_ok() {
        true => Ok(text.to_lowercase()),
        false => Err("give the name of a request header, such as X-Forwarded-For".to_owned()),
    }
}

/// Parses zero, or a duration with its unit. A number without a unit is refused as ambiguous.
fn interval(text: &str) -> Result<Duration, String> {
    if text.trim() == "0" {
        return Ok(Duration::ZERO);
    }
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "give a duration with its unit, such as 90s, 15m or 1h, or 0 to disable it".to_owned())
}
