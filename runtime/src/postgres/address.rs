//! Connection strings, and whether the manifest grants the hosts in them. The operator chooses these, not the members of the federation, so the address
//! policy of outbound HTTP does not apply.

use crate::allowed_hosts::AllowedHosts;
use crate::bindings::spin::postgres::postgres::Error;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use url::Host as UrlHost;

const SCHEME: &str = "postgres";
const DEFAULT_PORT: u16 = 5432;

/// Time for each connection attempt, unless the connection string says otherwise.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// How long the server may leave data unacknowledged, unless the connection string says otherwise: a machine that vanished sends no reset.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings in a connection string whose hosts are all granted.
///
/// # Errors
/// If the text is not a connection string, or leads to a host that is not granted. `hostaddr` is refused, since it replaces the host that the manifest names.
pub(super) fn permitted(address: &str, hosts: &AllowedHosts) -> Result<Config, Error> {
    let mut config: Config = address.parse().map_err(|error| refused(format!("the address is not usable: {error}")))?;
    if !config.get_hostaddrs().is_empty() {
        return Err(refused("`hostaddr` is not permitted: name the server with `host`"));
    }
    if config.get_hosts().is_empty() {
        return Err(refused("the address names no host"));
    }
    for (at, host) in config.get_hosts().iter().enumerate() {
        let Host::Tcp(host) = host else {
            return Err(refused("Unix sockets are not permitted: name a host and a port"));
        };
        let port = match config.get_ports() {
            [] => DEFAULT_PORT,
            [one] => *one,
            several => several.get(at).copied().unwrap_or(DEFAULT_PORT),
        };
        if !parse_host(host).is_some_and(|parsed| hosts.allows_endpoint(SCHEME, &parsed, port)) {
            return Err(refused(format!("postgres://{host}:{port} is not in allowed_outbound_hosts")));
        }
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIME);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNACKNOWLEDGED_TIMEOUT);
    }
    Ok(config)
}

fn parse_host(host: &str) -> Option<UrlHost> {
    let bracketed = if host.contains(':') { &format!("[{host}]") } else { host };
    UrlHost::parse(bracketed).ok()
}

fn refused(why: impl Into<String>) -> Error {
    Error::ConnectionFailed(why.into())
}
