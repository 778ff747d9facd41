//! The base URL of a hub, and the URLs beneath it.

use federation::source_url;
use reqwest::Url;
use std::fmt;

/// An absolute http or https URL without credentials, query or fragment.
#[derive(Debug, Clone)]
pub(crate) struct Base(Url);

impl Base {
    /// Reads a base URL; `None` if it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let usable = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        usable.then_some(Self(url))
    }

    /// The URL of a resource. Each segment becomes exactly one path segment, whatever characters it contains.
    pub(crate) fn endpoint(&self, segments: &[&str], query: &[(String, String)]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// True for https.
    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The same URL over plain http; `None` if this is not https on its default port.
    pub(crate) fn in_the_clear(&self) -> Option<Self> {
        let mut url = self.0.clone();
        (self.is_https() && url.port().is_none() && url.set_scheme("http").is_ok()).then_some(Self(url))
    }

    /// True when the hub runs on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        source_url::is_loopback(&self.0)
    }
}

impl fmt::Display for Base {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::Base;

    fn base(text: &str) -> Base {
        Base::parse(text).unwrap()
    }

    #[test]
    fn a_prefix_is_kept_and_names_stay_one_segment() {
        let url = base("https://example.org/reuse/")
            .endpoint(&["v1", "repos", "a/b c"], &[("q".to_owned(), "x&y".to_owned())]);
        assert_eq!(url.as_str(), "https://example.org/reuse/v1/repos/a%2Fb%20c?q=x%26y");
        assert_eq!(base("http://h").endpoint(&["health"], &[]).as_str(), "http://h/health");
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for text in ["", "hub", "hub:8080", "ftp://h", "https://u:p@h", "https://t@h", "https://h/?q=1", "https://h/#x"]
        {
            assert!(Base::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn only_https_on_its_usual_port_has_a_place_in_the_clear() {
        assert_eq!(base("https://h/p").in_the_clear().unwrap().to_string(), "http://h/p");
        assert!(base("https://h:8443").in_the_clear().is_none() && base("http://h").in_the_clear().is_none());
    }

    #[test]
    fn loopback_is_recognised_in_every_spelling() {
        for text in ["http://localhost:1", "http://127.8.0.1", "http://[::1]:8080"] {
            assert!(base(text).is_loopback(), "{text}");
        }
        for text in
            ["http://a.localhost", "http://localhost.example.org", "http://10.0.0.1", "http://127.0.0.1.example.org"]
        {
            assert!(!base(text).is_loopback(), "{text}");
        }
    }
}
