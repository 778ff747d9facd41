//! Decides which addresses the component may connect to. Members of the federation choose the URLs, so every address
//! that is not plainly on the public internet is refused.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

/// Lower ports are reserved for services other than HTTP.
const FIRST_FREE_PORT: u16 = 1024;

#[derive(Debug, Clone, Copy)]
pub(crate) struct AddressPolicy {
    /// Also allows loopback and private addresses, and every port: for local development.
    pub(crate) allow_private: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Public,
    /// Loopback, and addresses that a site assigns itself.
    Private,
    /// Link-local (including the metadata services of clouds), multicast, reserved, or a tunnel to one of these.
    Never,
}

impl AddressPolicy {
    pub(crate) fn allows(self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => true,
            Reach::Private => self.allow_private,
            Reach::Never => false,
        }
    }

    pub(crate) fn allows_port(self, port: u16) -> bool {
        matches!(port, 80 | 443) || port >= FIRST_FREE_PORT || (self.allow_private && port != 0)
    }
}

/// What networks are for. The first one that contains an address decides; those that none contains are public in IPv4, and never in IPv6.
const NETWORKS: &[(Reach, &[&str])] = &[
    // The metadata services of Alibaba Cloud, Azure and AWS, outside the link-local range.
    (Reach::Never, &["100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128"]),
    (Reach::Private, &["10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]),
    (Reach::Private, &["::1/128", "fc00::/7"]),
    (Reach::Never, &["0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"]),
    // Protocol assignments, documentation, 6to4 relays, benchmarks.
    (
        Reach::Never,
        &["192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "192.88.99.0/24", "198.18.0.0/15"],
    ),
    // Protocol assignments with Teredo, 6to4, documentation.
    (Reach::Never, &["2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20"]),
    (Reach::Public, &["2000::/3"]),
];

/// The networks to which no component may connect, as CIDR blocks. Whatever is not in 2000::/3 is refused too, in IPv6.
pub fn networks_never_reached() -> impl Iterator<Item = &'static str> {
    networks_of(Reach::Never)
}

/// The networks to which a component may connect only if private networks are allowed, as CIDR blocks.
pub fn private_networks() -> impl Iterator<Item = &'static str> {
    networks_of(Reach::Private)
}

fn networks_of(wanted: Reach) -> impl Iterator<Item = &'static str> {
    NETWORKS.iter().filter(move |(reach, _)| *reach == wanted).flat_map(|(_, networks)| networks.iter().copied())
}

/// The NAT64 prefix, which embeds an IPv4 address (RFC 6052).
const NAT64: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

fn reach(address: IpAddr) -> Reach {
    static PARSED: LazyLock<Vec<(IpNet, Reach)>> = LazyLock::new(|| {
        let networks = NETWORKS.iter().flat_map(|(reach, networks)| networks.iter().map(move |it| (it, *reach)));
        networks.filter_map(|(network, reach)| Some((network.parse().ok()?, reach))).collect()
    });
    let address = address.to_canonical();
    if let IpAddr::V6(v6) = address
        && let [prefix @ .., high, low] = v6.segments()
        && prefix == NAT64
    {
        let embedded = Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
        return if reach(embedded.into()) == Reach::Public { Reach::Public } else { Reach::Never };
    }
    let known = PARSED.iter().find(|(network, _)| network.contains(&address)).map(|(_, reach)| *reach);
    known.unwrap_or(if address.is_ipv4() { Reach::Public } else { Reach::Never })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.0.3.1",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.1",
        "198.51.101.1",
        "203.0.112.1",
        "203.0.114.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2600::beef",
        "2a00:1450::1",
        "2001:db7::1",
        "2001:db9::1",
        "2003::1",
        "3ffe::1",
        "3fff:1000::1",
        "::ffff:1.1.1.1",
        "64:ff9b::8.8.8.8",
    ];

    const PRIVATE: &[&str] = &[
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.168.0.0",
        "192.168.255.255",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:192.168.1.1",
        "fc00::1",
        "fd00::1",
        "fdff:ffff::1",
        "fd00:ec2::253",
    ];

    const NEVER: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "100.100.100.200",
        "168.63.129.16",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::2",
        "::127.0.0.1",
        "::1.1.1.1",
        "::ffff:0.0.0.0",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "5f00::1",
        "fd00:ec2::254",
        "fe00::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ];

    fn check(addresses: &[&str], expected: Reach) {
        for address in addresses {
            assert_eq!(reach(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn every_address_has_its_reach() {
        for network in NETWORKS.iter().flat_map(|(_, networks)| *networks) {
            assert!(network.parse::<IpNet>().is_ok(), "{network}");
        }
        check(PUBLIC, Reach::Public);
        check(PRIVATE, Reach::Private);
        check(NEVER, Reach::Never);
    }

    #[test]
    fn local_work_opens_private_addresses_and_ports_but_nothing_else() {
        let (strict, local) = (AddressPolicy { allow_private: false }, AddressPolicy { allow_private: true });
        assert!(!strict.allows([127, 0, 0, 1].into()) && local.allows([127, 0, 0, 1].into()));
        assert!(!strict.allows([169, 254, 169, 254].into()) && !local.allows([169, 254, 169, 254].into()));
        assert!(strict.allows([1, 1, 1, 1].into()) && local.allows([1, 1, 1, 1].into()));
        for port in [80, 443, 1024, 8443, 65535] {
            assert!(strict.allows_port(port) && local.allows_port(port), "{port}");
        }
        for port in [1, 22, 25, 81, 1023] {
            assert!(!strict.allows_port(port) && local.allows_port(port), "{port}");
        }
        assert!(!strict.allows_port(0) && !local.allows_port(0));
    }
}
