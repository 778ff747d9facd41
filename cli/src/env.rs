//! All environment variables that the program reads. Flags take precedence over variables.

use crate::client::Token;
use std::path::PathBuf;

/// The hub's base URL, instead of `--base-url`.
pub(crate) const BASE_URL: &str = "REUSE_SURFACE_URL";

/// The bearer token for writes; for `serve`, the bootstrap token of the hub. There is deliberately no flag for it: other users can read
/// the arguments of a process, and arguments end up in shell histories.
pub(crate) const TOKEN: &str = "REUSE_SURFACE_TOKEN";

/// A file that contains the token instead, such as a mounted secret. `serve` reads it for every write, so that it can be replaced.
pub(crate) const TOKEN_FILE: &str = "REUSE_SURFACE_TOKEN_FILE";

/// The base URL of the primary of a mirror, instead of `--mirror-of`.
pub(crate) const MIRROR_OF: &str = "REUSE_SURFACE_MIRROR_OF";

/// The issuers that `serve` trusts, as text, instead of `--ci-issuers`; the chart sets it from its values.
const CI_ISSUERS: &str = "REUSE_SURFACE_CI_ISSUERS";

/// The private key of the transparency log of `serve`, instead of `--log-key-file`. There is deliberately no flag for the key itself.
pub(crate) const LOG_KEY: &str = "REUSE_SURFACE_LOG_KEY";

/// The identity token of a GitLab job, in the variable that its `id_tokens` must name.
pub(crate) const IDENTITY: &str = "REUSE_SURFACE_ID_TOKEN";

/// Where GitHub and Forgejo issue the identity token of a job, and the token for that request.
const IDENTITY_REQUEST: [&str; 2] = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];

/// The request header in which a proxy passes the client's address to `serve`, instead of `--client-address-header`.
pub(crate) const CLIENT_ADDRESS_HEADER: &str = "REUSE_SURFACE_CLIENT_ADDRESS_HEADER";

/// The address that `serve` listens on, instead of `--listen`.
pub(crate) const LISTEN: &str = "REUSE_SURFACE_LISTEN";

/// The directory of the database of `serve`, instead of `--data-dir`.
pub(crate) const DATA_DIR: &str = "REUSE_SURFACE_DATA_DIR";

/// The proxy through which `serve` fetches, instead of `--proxy`: its URL may have a password, which other users could read in the arguments.
pub(crate) const PROXY: &str = "REUSE_SURFACE_PROXY";

/// The PostgreSQL database of `serve`, instead of `--database-url`: other users could read its password in the arguments.
pub(crate) const DATABASE_URL: &str = "REUSE_SURFACE_DATABASE_URL";

/// The certificate authority of that database, instead of `--database-ca`.
pub(crate) const DATABASE_CA: &str = "REUSE_SURFACE_DATABASE_CA";

/// The variables that name the proxies for all programs.
const PROXIES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The directory for caches (XDG Base Directory Specification); `~/.cache` if it is not set.
pub(crate) const CACHE_HOME: &str = "XDG_CACHE_HOME";

/// Disables colours for `--color auto` if it is set to anything but the empty string (<https://no-color.org>).
pub(crate) const NO_COLOR: &str = "NO_COLOR";

/// The token in [`TOKEN`]; `None` if the variable is unset, or blank as in CI systems for forks.
pub(crate) fn token() -> Option<Token> {
    let value = std::env::var_os(TOKEN)?;
    Token::new(&value.to_string_lossy())
}

/// The text in [`CI_ISSUERS`]; `None` if the variable is unset or blank.
pub(crate) fn ci_issuers() -> Option<String> {
    std::env::var(CI_ISSUERS).ok().filter(|text| !text.trim().is_empty())
}

/// The URL in [`DATABASE_URL`]; `None` if the variable is unset or blank.
pub(crate) fn database_url() -> Option<String> {
    std::env::var(DATABASE_URL).ok().filter(|text| !text.trim().is_empty())
}

/// The text in [`LOG_KEY`]; `None` if the variable is unset or blank.
pub(crate) fn log_key() -> Option<String> {
    std::env::var(LOG_KEY).ok().filter(|text| !text.trim().is_empty())
}

/// The token in [`IDENTITY`]; `None` if the variable is unset or blank.
pub(crate) fn identity() -> Option<Token> {
    Token::new(&std::env::var_os(IDENTITY)?.to_string_lossy())
}

/// The address at which the CI issues an identity token, and the token for that request; `None` if this job may not have one.
pub(crate) fn identity_request() -> Option<(String, Token)> {
    let [url, token] = IDENTITY_REQUEST.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Some((url?, Token::new(&token?)?))
}

/// Whether [`TOKEN`] is set but blank.
pub(crate) fn has_blank_token() -> bool {
    std::env::var_os(TOKEN).is_some() && token().is_none()
}

/// The path in [`TOKEN_FILE`]; `None` if the variable is unset or empty.
pub(crate) fn token_file() -> Option<PathBuf> {
    std::env::var_os(TOKEN_FILE).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Those of [`PROXIES`] that are set, separated by commas; `None` if there are none.
pub(crate) fn proxies() -> Option<String> {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let set: Vec<&str> = PROXIES.into_iter().filter(is_set).collect();
    (!set.is_empty()).then(|| set.join(", "))
}

/// The directory for this program's cache. Relative paths count as unset, as the specification demands.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute(CACHE_HOME).or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join("reuse-surface"))
}

/// True if [`NO_COLOR`] disables colours.
pub(crate) fn forbids_color() -> bool {
    std::env::var_os(NO_COLOR).is_some_and(|value| !value.is_empty())
}

/// True if the terminal cannot show colours.
pub(crate) fn is_dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}
