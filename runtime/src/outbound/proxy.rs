//! Requests through a proxy, which resolves the names of hosts itself.

use super::address::AddressPolicy;
use super::resolver::{LOOKUP_TIME, Lookup};
use tokio::time::timeout;
use wasmtime_wasi_http::{Error, Result};

/// Refuses a name that leads to an address that the policy refuses, as far as this machine can tell. The proxy resolves it again, so
/// only the proxy can rule out that it connects there; a name that is unknown here may be known there.
pub(super) async fn check(name: &str, policy: AddressPolicy, lookup: Lookup) -> Result<()> {
    let Ok(Ok(found)) = timeout(LOOKUP_TIME, lookup(name.to_owned())).await else { return Ok(()) };
    // Without a proxy, the other addresses are left out. Here, it is not known which of them the proxy uses.
    match found.iter().all(|address| policy.allows(address.ip())) {
        true => Ok(()),
        false => Err(Error::DestinationIpProhibited),
    }
}
