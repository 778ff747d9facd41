//! `allowed_outbound_hosts`: the hosts that the component may reach. The address policy checks
//! addresses separately, after DNS.

use anyhow::{Context as _, Result, bail, ensure};
use ipnet::IpNet;
use std::net::IpAddr;
use std::ops::Range;
use url::{Host, Url};

/// The entries of one manifest. An empty list allows nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllowedHosts(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    /// `None` allows any scheme.
    scheme: Option<String>,
    host: HostPattern,
    ports: Ports,
}

#[derive(Debug, Clone)]
enum HostPattern {
    Any,
    /// The domain with its leading dot.
    Subdomains(String),
    Exactly(Host),
    Network(IpNet),
    /// The application itself. This host does not offer it to its component.
    Own,
}

#[derive(Debug, Clone)]
enum Ports {
    Any,
    One(u16),
    Span(Range<u16>),
}

impl AllowedHosts {
    /// Skips entries that are empty or a bare scheme after template expansion: optional hosts are written that way.
    pub(crate) fn parse(entries: &[String]) -> Result<Self> {
        let entries =
            entries.iter().filter(|entry| !matches!(entry.as_str(), "" | "http://" | "https://" | "postgres://"));
        let parsed = entries.map(|entry| {
            Entry::parse(entry.trim()).with_context(|| format!("allowed_outbound_hosts: `{entry}` is not usable"))
        });
        Ok(Self(parsed.collect::<Result<_>>()?))
    }

    pub(crate) fn allows(&self, url: &Url) -> bool {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else { return false };
        self.allows_endpoint(url.scheme(), &host.to_owned(), port)
    }

    /// Whether the component may connect to this port of `host` in the protocol that `scheme` names.
    pub(crate) fn allows_endpoint(&self, scheme: &str, host: &Host, port: u16) -> bool {
        self.0.iter().any(|entry| entry.allows(scheme, host, port))
    }
}

impl Entry {
    fn parse(entry: &str) -> Result<Self> {
        let (scheme, rest) = entry.split_once("://").context("write it as scheme://host:port")?;
        ensure!(
            scheme == "*" || (!scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphabetic())),
            "the scheme must be letters, or `*`"
        );
        let (host, port) = match HostPattern::parse(rest) {
            Ok(host) => (host, ""),
            Err(error) => {
                let Some((host, port)) = rest.rsplit_once(':') else { return Err(error) };
                (HostPattern::parse(host)?, port)
            }
        };
        let scheme = (scheme != "*").then(|| scheme.to_ascii_lowercase());
        let ports = Ports::parse(port.strip_suffix('/').unwrap_or(port), scheme.as_deref())?;
        Ok(Self { scheme, host, ports })
    }

    fn allows(&self, scheme: &str, host: &Host, port: u16) -> bool {
        self.scheme.as_deref().is_none_or(|expected| expected == scheme)
            && self.host.matches(host)
            && self.ports.contains(port)
    }
}

impl HostPattern {
    fn parse(text: &str) -> Result<Self> {
        if text.split_once('/').is_some_and(|(address, _)| address.parse::<IpAddr>().is_ok()) {
            return Ok(Self::Network(text.parse().context("the prefix length is not valid")?));
        }
        if let Ok(IpAddr::V6(address)) = text.parse() {
            return Ok(Self::Exactly(Host::Ipv6(address)));
        }
        let text = text.strip_suffix('/').unwrap_or(text);
        match text {
            "*" => return Ok(Self::Any),
            "self" | "self.alt" => return Ok(Self::Own),
            _ => {}
        }
        let domain = text.strip_prefix("*.");
        ensure!(!domain.unwrap_or(text).contains('*'), "`*` must be the whole host or its first label");
        match (domain, Host::parse(domain.unwrap_or(text)).context("the host is not valid")?) {
            (Some(_), Host::Domain(domain)) => Ok(Self::Subdomains(format!(".{domain}"))),
            (Some(_), _) => bail!("`*.` needs a domain after it"),
            (None, host) => Ok(Self::Exactly(host)),
        }
    }

    fn matches(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Subdomains(suffix), Host::Domain(domain)) => domain.ends_with(suffix.as_str()),
            (Self::Exactly(expected), host) => expected == host,
            (Self::Network(network), Host::Ipv4(address)) => network.contains(&IpAddr::V4(*address)),
            (Self::Network(network), Host::Ipv6(address)) => network.contains(&IpAddr::V6(*address)),
            (Self::Subdomains(_) | Self::Network(_) | Self::Own, _) => false,
        }
    }
}

impl Ports {
    fn parse(text: &str, scheme: Option<&str>) -> Result<Self> {
        match (text, scheme) {
            ("*", _) => Ok(Self::Any),
            ("", Some("http")) => Ok(Self::One(80)),
            ("", Some("https")) => Ok(Self::One(443)),
            ("", Some("postgres")) => Ok(Self::One(5432)),
            ("", _) => bail!("the scheme has no default port: add one"),
            (text, _) => match text.split_once("..") {
                Some((start, end)) => Ok(Self::Span(port(start)?..port(end)?)),
                None => Ok(Self::One(port(text)?)),
            },
        }
    }

    fn contains(&self, port: u16) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => *one == port,
            Self::Span(span) => span.contains(&port),
        }
    }
}

fn port(text: &str) -> Result<u16> {
    text.parse().with_context(|| format!("`{text}` is not a port"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entries: &[&str], url: &str) -> bool {
        let entries: Vec<_> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        AllowedHosts::parse(&entries).unwrap().allows(&Url::parse(url).unwrap())
    }

    #[test]
    fn an_entry_admits_what_it_names() {
        for (entry, url) in [
            ("https://example.com", "https://example.com/index.yaml"),
            ("https://example.com/", "https://example.com/"),
            ("https://example.com:443", "https://example.com/"),
            ("HTTPS://Example.COM", "https://example.com/"),
            ("http://example.com:8080", "http://example.com:8080/"),
            ("*://example.com:*", "http://example.com:1234/"),
            ("https://*:*", "https://example.com:8443/"),
            ("https://*", "https://example.com/"),
            ("https://*.example.com", "https://raw.example.com/"),
            ("https://*.example.com", "https://a.b.example.com/"),
            ("https://bücher.example", "https://xn--bcher-kva.example/"),
            ("http://example.com:8000..9000", "http://example.com:8000/"),
            ("http://example.com:8000..9000", "http://example.com:8999/"),
            ("http://192.0.2.0/24", "http://192.0.2.7/"),
            ("http://192.0.2.0/24:*", "http://192.0.2.7:8080/"),
            ("http://0.0.0.0/0", "http://192.0.2.7/"),
            ("http://192.0.2.7", "http://192.0.2.7/"),
            ("http://2001:db8::/32", "http://[2001:db8:1::1]/"),
            ("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080/"),
            ("http://::1", "http://[::1]/"),
        ] {
            assert!(allows(&[entry], url), "{entry} and {url}");
        }
    }

    #[test]
    fn an_entry_keeps_out_what_it_does_not_name() {
        for (entry, url) in [
            ("https://example.com", "http://example.com/"),
            ("https://example.com", "https://example.com:8443/"),
            ("https://example.com", "https://sub.example.com/"),
            ("https://example.com", "https://example.com.evil.test/"),
            ("https://*.example.com", "https://example.com/"),
            ("https://*.example.com", "https://evilexample.com/"),
            ("https://*", "https://example.com:8443/"),
            ("http://example.com:8000..9000", "http://example.com:9000/"),
            ("http://192.0.2.0/24", "http://192.0.3.1/"),
            ("http://192.0.2.0/24", "http://example.com/"),
            ("http://2001:db8::/32", "http://[2001:db9::1]/"),
            ("http://self", "http://self/"),
            ("postgres://db.example.com", "http://db.example.com:5432/"),
        ] {
            assert!(!allows(&[entry], url), "{entry} and {url}");
        }
        assert!(!allows(&[], "https://example.com/"));
        assert!(allows(&["http://a.test", "http://b.test"], "http://b.test/"));
    }

    #[test]
    fn entries_that_a_variable_left_empty_admit_nothing() {
        assert!(!allows(&["", "https://", "http://"], "https://example.com/"));
    }

    #[test]
    fn malformed_entries_are_refused() {
        for entry in [
            "example.com",
            "*",
            "://example.com",
            "1http://example.com",
            "https://example.com/path",
            "https://exa*mple.com",
            "https://*.*.example.com",
            "https://*.192.0.2.1",
            "https://example.com:http",
            "https://example.com:70000",
            "https://example.com:1..x",
            "http://192.0.2.0/33",
            "http://192.0.2.0/x",
            "*://example.com",
            "ftp://example.com",
        ] {
            let refused = AllowedHosts::parse(&[entry.to_owned()]).unwrap_err();
            assert!(format!("{refused:#}").contains(entry), "{entry}: {refused:#}");
        }
    }
}
