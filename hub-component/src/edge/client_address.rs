//! The client's address, as far as it can be determined.

use api::headers::CLIENT_ADDRESS;
use http::HeaderMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Returns the key by which failures are counted: an IPv4 address, or the /64 network of an IPv6 address, since one client may use all of it.
///
/// `header` is the one to which the operator's proxy adds the address; its last entry is the one that the proxy added itself.
pub(super) fn client_address(headers: &HeaderMap, header: Option<&str>) -> String {
    let last = |name: &str| headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next();
    let address = header.and_then(last).and_then(parse).or_else(|| parse(last(CLIENT_ADDRESS.as_str())?));
    match address {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        },
        // All requests without an address share one count.
        None => "unknown".to_owned(),
    }
}

fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn address(header: Option<&str>, headers: &[(&'static str, &'static str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        client_address(&map, header)
    }

    #[test]
    fn the_peer_counts_unless_the_operator_names_a_header() {
        let peer = ("spin-client-addr", "192.0.2.1:4711");
        let forwarded = ("x-forwarded-for", "203.0.113.9, 198.51.100.7");
        assert_eq!(address(None, &[peer, forwarded]), "192.0.2.1");
        assert_eq!(address(Some("x-forwarded-for"), &[peer, forwarded]), "198.51.100.7");
        assert_eq!(
            address(Some("x-forwarded-for"), &[peer, forwarded, ("x-forwarded-for", "198.51.100.8")]),
            "198.51.100.8"
        );
        assert_eq!(address(Some("x-forwarded-for"), &[peer]), "192.0.2.1");
        assert_eq!(address(Some("x-forwarded-for"), &[peer, ("x-forwarded-for", "me")]), "192.0.2.1");
        assert_eq!(address(None, &[forwarded]), "unknown");
    }

    #[test]
    fn ipv6_counts_by_network_and_by_one_spelling() {
        for text in ["[2001:db8:0:1::5]:80", "2001:db8:0:1:ffff::", "2001:0DB8:0:1::1"] {
            assert_eq!(address(None, &[("spin-client-addr", text)]), "2001:db8:0:1::/64", "{text}");
        }
        assert_eq!(address(None, &[("spin-client-addr", "[::ffff:192.0.2.1]:80")]), "192.0.2.1");
    }
}
