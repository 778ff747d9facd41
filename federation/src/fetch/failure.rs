//! The reasons why a fetch fails.

use crate::bounded::Message;
use crate::problem::{Kind, sources};
use crate::source_url::UrlRefused;
use crate::time::Seconds;

/// A failed fetch: a stable code, and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FetchFailure {
    /// Stable, kebab-case.
    pub code: &'static Kind,
    /// What happened, whatever was requested.
    pub message: Message,
    /// The status of the last response, if there was one.
    pub http_status: Option<u16>,
    /// The wait that the origin requested, in seconds.
    pub retry_after_seconds: Option<i64>,
    /// The host ([`crate::source_url::host`]) that requested a pause for all its URLs, and the pause in seconds.
    pub quiet: Option<(String, Seconds)>,
    /// Whether the index was also looked for at the `HEAD` of its repository, in vain.
    pub looked_at_head: bool,
    /// What to do if an index was requested: a sentence after a space, or nothing.
    pub(crate) advice: &'static str,
}

impl FetchFailure {
    pub(crate) fn looked_at_head(self) -> Self {
        Self { looked_at_head: true, ..self }
    }

    /// The failed fetch of an index: the message also says what its publisher can do.
    pub fn of_index(self) -> Self {
        let message = format!("{}{}", self.message.as_str(), self.advice).into();
        Self { message, advice: "", ..self }
    }

    pub(super) fn advising(self, advice: &'static str) -> Self {
        Self { advice, ..self }
    }

    pub(super) fn new(code: &'static Kind, message: impl Into<Message>) -> Self {
        Self {
            code,
            message: message.into(),
            http_status: None,
            retry_after_seconds: None,
            quiet: None,
            looked_at_head: false,
            advice: "",
        }
    }
}

/// The errors that a transport reports instead of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportFailure {
    /// The name does not resolve.
    Dns,
    /// The address is private, loopback, link-local or otherwise not public.
    AddressRefused,
    /// The host's configuration does not allow this destination.
    HostNotAllowed,
    /// Nothing listens there, or the connection was reset before a response.
    Connect,
    /// The connection timed out.
    ConnectTimeout,
    /// The certificate or the handshake failed.
    Tls,
    /// The headers or the next bytes did not arrive in time.
    ReadTimeout,
    /// The whole exchange took too long.
    TotalTimeout,
    /// The body ended early or did not match its length.
    Incomplete,
    /// The body exceeds the limit on the wire.
    TooLarge,
    /// Any other violation of HTTP.
    Protocol,
}

impl TransportFailure {
    /// The failure if it occurs after the response head: a connection lost then leaves the body incomplete.
    pub fn in_the_body(self) -> Self {
        match self {
            Self::Connect | Self::Protocol => Self::Incomplete,
            other => other,
        }
    }
}

impl From<UrlRefused> for FetchFailure {
    fn from(refused: UrlRefused) -> Self {
        Self::new(refused.code, refused.message)
    }
}

impl From<TransportFailure> for FetchFailure {
    fn from(failure: TransportFailure) -> Self {
        use crate::limits::{CONNECT_TIMEOUT, FETCH_TIMEOUT, HEADERS_TIMEOUT, MAX_WIRE_BYTES};
        let (code, message): (&'static Kind, String) = match failure {
            TransportFailure::Dns => (&sources::DNS_FAILED, "The host name does not resolve; check its spelling.".into()),
            TransportFailure::AddressRefused => (
                &sources::ADDRESS_REFUSED,
                "The host is a private, loopback or link-local address, which a hub does not connect to.".into(),
            ),
            TransportFailure::HostNotAllowed => (
                &sources::HOST_NOT_ALLOWED,
                "The hub may not connect to this host or port; the operator can add it to `allowed_outbound_hosts` in spin.toml.".into(),
            ),
            TransportFailure::Connect => (&sources::CONNECT_FAILED, "The connection failed: nothing listens at this address and port, or the server closed the connection before it responded.".into()),
            TransportFailure::ConnectTimeout => (&sources::CONNECT_TIMEOUT, format!("The connection timed out after {} s.", CONNECT_TIMEOUT.as_secs())),
            TransportFailure::Tls => (&sources::TLS_FAILED, "The TLS handshake failed: the certificate is not valid for this host, or the server supports no current version of TLS.".into()),
            TransportFailure::ReadTimeout => (&sources::READ_TIMEOUT, format!("The server sent nothing for {} s.", HEADERS_TIMEOUT.as_secs())),
            TransportFailure::TotalTimeout => (&sources::TIMEOUT, format!("The response did not arrive within {} s.", FETCH_TIMEOUT.as_secs())),
            TransportFailure::Incomplete => (&sources::INCOMPLETE_BODY, "The body ended before its announced length.".into()),
            TransportFailure::TooLarge => (&sources::TOO_LARGE, format!("The body is larger than {} MiB on the wire.", MAX_WIRE_BYTES >> 20)),
            TransportFailure::Protocol => (&sources::PROTOCOL_ERROR, "The server's response is not valid HTTP.".into()),
        };
        Self::new(code, message).advising(match failure {
            TransportFailure::AddressRefused => " Publish the index at a public address.",
            TransportFailure::TooLarge => " Split the index.",
            _ => "",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_lost_after_the_head_leaves_a_body_incomplete() {
        use TransportFailure::{Connect, Incomplete, Protocol, ReadTimeout, TooLarge};
        for (failure, expected) in
            [(Connect, Incomplete), (Protocol, Incomplete), (ReadTimeout, ReadTimeout), (TooLarge, TooLarge)]
        {
            assert_eq!(failure.in_the_body(), expected);
        }
    }
}
