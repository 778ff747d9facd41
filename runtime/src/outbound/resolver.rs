//! DNS resolution that drops the addresses refused by the address policy. The check follows resolution,
//! so that no name can bypass it.

use super::address::AddressPolicy;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::time::timeout;

pub(super) const LOOKUP_TIME: Duration = Duration::from_secs(5);

/// Why a name has no usable address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unresolved {
    /// The policy refuses every address of the name.
    Prohibited,
    NotFound,
    TimedOut,
}

impl fmt::Display for Unresolved {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Prohibited => "the host has no permitted address",
            Self::NotFound => "the host is unknown",
            Self::TimedOut => "the host lookup timed out",
        })
    }
}

impl std::error::Error for Unresolved {}

/// Looks a name up in the system, or in a fake resolver in tests.
pub(crate) type Lookup = fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;

pub(crate) struct Resolver {
    pub(crate) policy: AddressPolicy,
    pub(crate) lookup: Lookup,
}

pub(crate) fn ask_the_system(name: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    Box::pin(async move { Ok(lookup_host((name, 0)).await?.collect()) })
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, lookup) = (self.policy, (self.lookup)(name.as_str().to_owned()));
        Box::pin(async move {
            let found = timeout(LOOKUP_TIME, lookup).await.map_err(|_| Unresolved::TimedOut)?;
            let found = found.inspect_err(|error| tracing::debug!(host = name.as_str(), %error, "not resolved"));
            let addresses = permitted(found.map_err(|_| Unresolved::NotFound)?.into_iter(), policy)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn permitted(found: impl Iterator<Item = SocketAddr>, policy: AddressPolicy) -> Result<Vec<SocketAddr>, Unresolved> {
    let mut found = found.peekable();
    if found.peek().is_none() {
        return Err(Unresolved::NotFound);
    }
    let permitted: Vec<_> = found.filter(|address| policy.allows(address.ip())).collect();
    if permitted.is_empty() { Err(Unresolved::Prohibited) } else { Ok(permitted) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: AddressPolicy = AddressPolicy { allow_private: false };

    fn addresses(texts: &[&str]) -> impl Iterator<Item = SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect::<Vec<_>>().into_iter()
    }

    async fn resolve(name: &str, allow_private: bool) -> Result<Vec<SocketAddr>, Unresolved> {
        let resolved = Resolver { policy: AddressPolicy { allow_private }, lookup: ask_the_system }
            .resolve(name.parse().unwrap())
            .await;
        resolved.map(Iterator::collect).map_err(|error| *error.downcast().unwrap())
    }

    #[tokio::test]
    async fn a_name_for_a_private_address_is_refused() {
        assert_eq!(resolve("localhost", false).await, Err(Unresolved::Prohibited));
        assert!(resolve("localhost", true).await.unwrap().iter().all(|address| address.ip().is_loopback()));
    }

    #[tokio::test]
    async fn a_name_that_cannot_exist_is_not_found() {
        // The label is too long for DNS, so no query is sent.
        assert_eq!(resolve(&format!("{}.invalid", "x".repeat(64)), false).await, Err(Unresolved::NotFound));
    }

    #[test]
    fn private_addresses_are_left_out_beside_public_ones() {
        let mixed = addresses(&["127.0.0.1", "1.1.1.1", "fd00::1", "169.254.169.254"]);
        assert_eq!(permitted(mixed, STRICT), Ok(addresses(&["1.1.1.1"]).collect()));
        assert_eq!(permitted(addresses(&["10.0.0.1", "::1"]), STRICT), Err(Unresolved::Prohibited));
        assert_eq!(permitted(addresses(&[]), STRICT), Err(Unresolved::NotFound));
    }
}
