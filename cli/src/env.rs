//! Every environment variable the program reads, with what it is for. Flags win over variables.

use std::path::PathBuf;

use crate::client::Token;

/// Where the hub is, instead of `--base-url`.
pub(crate) const BASE_URL: &str = "REUSE_SURFACE_URL";

/// The bearer token for writes, and under `serve` the bootstrap token of the hub. There is no flag for it on purpose:
/// the arguments of a process are readable by others and end up in shell histories.
pub(crate) const TOKEN: &str = "REUSE_SURFACE_TOKEN";

/// A file that holds the token instead, such as a mounted secret. `serve` reads it for every write, so that it may be replaced.
pub(crate) const TOKEN_FILE: &str = "REUSE_SURFACE_TOKEN_FILE";

/// The request header in which a proxy before `serve` gives the client's address, instead of `--client-address-header`.
pub(crate) const CLIENT_ADDRESS_HEADER: &str = "REUSE_SURFACE_CLIENT_ADDRESS_HEADER";

/// The address `serve` listens on, instead of `--listen`.
pub(crate) const LISTEN: &str = "REUSE_SURFACE_LISTEN";

/// The directory `serve` keeps its database in, instead of `--data-dir`.
pub(crate) const DATA_DIR: &str = "REUSE_SURFACE_DATA_DIR";

/// Where programs keep what they can have again (XDG Base Directory Specification); `~/.cache` where it is not set.
pub(crate) const CACHE_HOME: &str = "XDG_CACHE_HOME";

/// Turns colour off under `--color auto` when it is set to anything but the empty string (<https://no-color.org>).
pub(crate) const NO_COLOR: &str = "NO_COLOR";

/// The token of [`TOKEN`]; `None` when the variable is unset or blank, as CI systems leave it for forks.
pub(crate) fn token() -> Option<Token> {
    let value = std::env::var_os(TOKEN)?;
    Token::new(&value.to_string_lossy())
}

/// Whether [`TOKEN`] is set and nothing is in it.
pub(crate) fn has_blank_token() -> bool {
    std::env::var_os(TOKEN).is_some() && token().is_none()
}

/// The path in [`TOKEN_FILE`]; `None` when the variable is unset or empty.
pub(crate) fn token_file() -> Option<PathBuf> {
    std::env::var_os(TOKEN_FILE).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The folder for this program's cache. Relative paths count as not set, as the specification has it.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute(CACHE_HOME).or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join("reuse-surface"))
}

/// True when [`NO_COLOR`] asks for output without colour.
pub(crate) fn no_color() -> bool {
    std::env::var_os(NO_COLOR).is_some_and(|value| !value.is_empty())
}

/// True when the terminal says that it cannot show colour.
pub(crate) fn dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}
