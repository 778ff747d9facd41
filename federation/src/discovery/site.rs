//! The hub as the publisher of what it lists.

use crate::reserved::RESERVED;
use percent_encoding::utf8_percent_encode;
use url::Url;

/// Where a hub is reached, and what it is called in identifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    url: String,
    publisher: String,
}

impl Site {
    /// The hub at this base URL, which has no trailing slash.
    pub fn at(url: &str) -> Self {
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        // An IPv6 address has characters that no identifier may have.
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' };
        let publisher: String = host.trim_matches(['[', ']']).chars().map(plain).collect();
        let publisher = if publisher.is_empty() { "localhost".to_owned() } else { publisher };
        Self { url: url.to_owned(), publisher }
    }

    /// The base URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The publisher of all identifiers of this hub: the host of its URL, without the port.
    pub fn publisher(&self) -> &str {
        &self.publisher
    }

    /// An identifier of this hub from its two parts: for a capability, the repo and the id.
    pub fn identifier(&self, space: &str, name: &str) -> String {
        format!("urn:air:{}:{space}:{name}", self.publisher)
    }

    /// The two parts of an identifier of this hub; `None` if it is the identifier of another one.
    pub fn parts<'a>(&self, identifier: &'a str) -> Option<(&'a str, &'a str)> {
        let rest = identifier.strip_prefix("urn:air:")?.strip_prefix(self.publisher.as_str())?.strip_prefix(':')?;
        rest.split_once(':').filter(|(_, name)| !name.contains(':'))
    }

    /// The name of the hub's own MCP server: its host in reverse order, as the MCP Registry requires.
    pub fn server_name(&self) -> String {
        let reversed: Vec<&str> = self.publisher.rsplit('.').collect();
        format!("{}/reuse-surface", reversed.join("."))
    }

    /// Where the hub describes an MCP server.
    pub fn server_url(&self, name: &str) -> String {
        format!("{}/v0.1/servers/{}/versions/latest", self.url, utf8_percent_encode(name, RESERVED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::is_identifier;

    #[test]
    fn is_the_publisher_of_what_it_names() {
        for (url, publisher, server) in [
            ("https://reuse.example.org", "reuse.example.org", "org.example.reuse/reuse-surface"),
            ("http://LOCALHOST:8080", "localhost", "localhost/reuse-surface"),
            ("http://127.0.0.1:1/base", "127.0.0.1", "1.0.0.127/reuse-surface"),
            ("http://[::1]:8080", "--1", "--1/reuse-surface"),
            ("", "localhost", "localhost/reuse-surface"),
        ] {
            let site = Site::at(url);
            assert_eq!((site.publisher(), site.server_name().as_str()), (publisher, server), "{url}");
            let identifier = site.identifier("state-hub", "capability.state_hub.publish");
            assert!(is_identifier(&identifier), "{identifier}");
            assert_eq!(site.parts(&identifier), Some(("state-hub", "capability.state_hub.publish")), "{url}");
        }
    }

    #[test]
    fn a_name_is_one_segment() {
        let site = Site::at("https://hub.example.org");
        for (name, segment) in [("org.example-1/a_b~c", "org.example-1%2Fa_b~c"), ("ü %", "%C3%BC%20%25")] {
            assert_eq!(
                site.server_url(name),
                format!("https://hub.example.org/v0.1/servers/{segment}/versions/latest")
            );
        }
    }

    #[test]
    fn knows_no_identifier_of_another() {
        let site = Site::at("https://hub.example.org");
        for foreign in [
            "urn:air:example.org:a:capability.b",
            "urn:air:hub.example.org.evil.org:a:capability.b",
            "urn:air:hub.example.orga:capability.b",
            "urn:air:hub.example.org:capability.b",
            "urn:air:hub.example.org:a:b:capability.b",
            "URN:AIR:hub.example.org:a:capability.b",
            "urn:air:HUB.example.org:a:capability.b",
        ] {
            assert_eq!(site.parts(foreign), None, "{foreign}");
        }
    }
}
