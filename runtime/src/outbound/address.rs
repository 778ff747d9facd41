//! Decides which addresses the component may connect to. Members of the federation choose the URLs, so every address
//! that is not plainly on the public internet is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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

fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        // The metadata services of Alibaba Cloud and Azure, outside the link-local range.
        [100, 100, 100, 200] | [168, 63, 129, 16] => Reach::Never,
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Reach::Private,
        [0, ..] | [169, 254, ..] | [224..=255, ..] => Reach::Never,
        // Protocol assignments, documentation, 6to4 relays, benchmarks.
        [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => {
            Reach::Never
        }
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return reach_v4(mapped);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Private,
        // NAT64 embeds an IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let embedded = Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
            if reach_v4(embedded) == Reach::Public { Reach::Public } else { Reach::Never }
        }
        // The metadata service of AWS, within the unique local range.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Reach::Never,
        [0xfc00..=0xfdff, ..] => Reach::Private,
        // Protocol assignments with Teredo, 6to4, documentation.
        [0x2001, ..=0x1ff, ..] | [0x2002, ..] | [0x2001, 0xdb8, ..] | [0x3fff, ..=0xfff, ..] => Reach::Never,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Never,
    }
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
