//! The rules for source URLs, applied at registration and at every redirect.

use crate::excerpt::excerpt;
use crate::limits::MAX_URL_CHARS;
use crate::problem::{Kind, fields};
use url::{Host, Url};

/// Why a URL cannot be a source: a stable code and a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UrlRefused {
    /// Stable, kebab-case.
    pub code: &'static Kind,
    /// One sentence.
    pub message: String,
}

fn refused(code: &'static Kind, message: impl Into<String>) -> UrlRefused {
    UrlRefused { code, message: message.into() }
}

/// Parses an absolute `http` or `https` URL without credentials.
///
/// # Errors
/// The first violated rule. Addresses are not checked here but after DNS, when the connection is made.
pub fn parse(text: &str) -> Result<Url, UrlRefused> {
    if text.chars().count() > MAX_URL_CHARS {
        return Err(refused(
            &fields::URL_TOO_LONG,
            format!("The URL has more than {MAX_URL_CHARS} characters; use a shorter one."),
        ));
    }
    // A WHATWG parser silently drops tabs and line ends and reads `\` as `/`. The checked URL must be the fetched one.
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(refused(
            &fields::URL_INVALID,
            "The URL contains white space, a control character or a backslash; percent-encode it.",
        ));
    }
    let url = Url::parse(text).map_err(|e| {
        refused(
            &fields::URL_INVALID,
            format!("This is not an absolute URL ({e}); give the raw `https://` address of the index."),
        )
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(
            &fields::URL_SCHEME,
            format!("The scheme `{}` is not supported; use `https` or `http`.", excerpt(url.scheme())),
        ));
    }
    // `https:host/x` and `https:///host` parse, but nobody writes them on purpose.
    let given = text.get(url.scheme().len()..).unwrap_or_default();
    if !given.starts_with("://") || given.starts_with(":///") {
        return Err(refused(&fields::URL_INVALID, "Write the URL as `https://host/path`."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            &fields::URL_CREDENTIALS,
            "The URL contains credentials, but registrations are public; remove them and publish the index without a login.",
        ));
    }
    match url.host() {
        None => Err(refused(&fields::URL_INVALID, "The URL has no host.")),
        Some(Host::Domain(name)) if name.bytes().all(|b| b == b'.') => {
            Err(refused(&fields::URL_INVALID, "The URL has no host, only a dot; give the public address of the index."))
        }
        Some(Host::Domain(name)) if is_runtime_internal(name) => Err(refused(
            &fields::URL_INTERNAL,
            format!("`{}` is a name inside the runtime; give the index's public address.", excerpt(name)),
        )),
        Some(_) if url.port() == Some(0) => Err(refused(&fields::URL_INVALID, "The hub cannot connect to port 0.")),
        Some(_) => Ok(url),
    }
}

/// The host of a URL for rate limiting: scheme, name and port, such as `https://git.example.org`.
pub fn host(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Whether the host is this machine. Names such as `a.localhost` do not count, because DNS may lead them elsewhere.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether Spin routes requests for this name back into the application.
pub fn is_runtime_internal(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "self.alt" || host == "spin.internal" || host.ends_with(".spin.internal")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        parse(text).expect_err(text).code.code
    }

    #[test]
    fn accepts_ordinary_raw_urls() {
        for good in [
            "https://gitea.example.org/coulomb/state-hub/raw/branch/main/registry/indexes/capabilities.yaml",
            "http://127.0.0.1:8090/capabilities.yaml",
            "https://[2001:db8::1]/x?ref=main",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn refuses_each_kind_with_its_code() {
        assert_eq!(code("file:///etc/passwd"), "url-scheme");
        assert_eq!(code("ftp://example.org/x"), "url-scheme");
        assert_eq!(code("capabilities.yaml"), "url-invalid");
        assert_eq!(code("https:example.org/x"), "url-invalid");
        assert_eq!(code("https:///example.org/x"), "url-invalid");
        assert_eq!(code("https://"), "url-invalid");
        assert_eq!(code("https://./x"), "url-invalid");
        assert_eq!(code("https://%2e"), "url-invalid");
        assert_eq!(code("https://user:pw@example.org/x"), "url-credentials");
        assert_eq!(code("https://user@example.org/x"), "url-credentials");
        assert_eq!(code("https://exa mple.org/x"), "url-invalid");
        assert_eq!(code("https://example.org\\@evil.org/x"), "url-invalid");
        assert_eq!(code("https://example.org/\n"), "url-invalid");
        assert_eq!(code("https://example.org:0/"), "url-invalid");
        assert_eq!(code("https://example.org:65536/"), "url-invalid");
        assert_eq!(code("http://self.alt/v1/federated"), "url-internal");
        assert_eq!(code("http://HUB.spin.internal./x"), "url-internal");
        assert_eq!(code(&format!("https://example.org/{}", "x".repeat(2048))), "url-too-long");
    }
}
