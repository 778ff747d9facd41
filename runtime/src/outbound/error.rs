//! Maps transport errors to those of `wasi:http`.

use super::connect::ConnectTimeout;
use super::resolver::Unresolved;
use std::error::Error as StdError;
use std::io;
use wasmtime_wasi_http::Error;

/// Finds the most specific cause.
pub(crate) fn of_transport(error: &reqwest::Error) -> Error {
    let connecting = error.is_connect();
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        match name(error) {
            // Before the connection is established, only a handshake is read.
            Some(Error::HttpResponseIncomplete) if connecting => return Error::TlsProtocolError,
            Some(named) => return named,
            None => {}
        }
        cause = match error.downcast_ref::<io::Error>() {
            // `source` skips the wrapped error.
            Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    if error.is_timeout() {
        Error::ConnectionTimeout
    } else if error.is_connect() {
        Error::DestinationUnavailable
    } else if error.is_builder() {
        Error::HttpRequestUriInvalid
    } else {
        Error::InternalError(Some(error.to_string()))
    }
}

/// After the head of the response, a lost connection means that the response is incomplete.
pub(crate) fn of_response(error: Error) -> Error {
    match error {
        Error::ConnectionTerminated => Error::HttpResponseIncomplete,
        other => other,
    }
}

fn name(error: &(dyn StdError + 'static)) -> Option<Error> {
    if let Some(unresolved) = error.downcast_ref::<Unresolved>() {
        return Some(match unresolved {
            Unresolved::Prohibited => Error::DestinationIpProhibited,
            Unresolved::NotFound => Error::DnsError { rcode: Some("address not available".into()), info_code: None },
            Unresolved::TimedOut => Error::DnsTimeout,
        });
    }
    if error.is::<ConnectTimeout>() {
        return Some(Error::ConnectionTimeout);
    }
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(tls));
    }
    if let Some(http) = error.downcast_ref::<hyper::Error>() {
        return of_http(http);
    }
    // The component's own request body failed.
    if let Some(Error::HttpRequestBodySize(size)) = error.downcast_ref::<Error>() {
        return Some(Error::HttpRequestBodySize(*size));
    }
    error.downcast_ref::<io::Error>().and_then(of_io)
}

fn of_tls(error: &rustls::Error) -> Error {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => Error::TlsCertificateError,
        rustls::Error::AlertReceived(alert) => {
            Error::TlsAlertReceived { alert_id: Some((*alert).into()), alert_message: Some(format!("{alert:?}")) }
        }
        _ => Error::TlsProtocolError,
    }
}

fn of_http(error: &hyper::Error) -> Option<Error> {
    if error.is_incomplete_message() {
        Some(Error::HttpResponseIncomplete)
    } else if error.is_parse_too_large() {
        Some(Error::HttpResponseHeaderSectionSize(None))
    } else if error.is_parse() {
        // Spin reports a broken connection as `HttpProtocolError`, and the component relies on that.
        Some(Error::InternalError(Some(format!("the response is not HTTP: {error}"))))
    } else if error.is_canceled() || error.is_closed() {
        Some(Error::ConnectionTerminated)
    } else {
        None
    }
}

fn of_io(error: &io::Error) -> Option<Error> {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => Some(Error::ConnectionRefused),
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => Some(Error::ConnectionTerminated),
        Kind::HostUnreachable | Kind::NetworkUnreachable => Some(Error::DestinationIpUnroutable),
        Kind::AddrNotAvailable | Kind::NetworkDown => Some(Error::DestinationUnavailable),
        Kind::TimedOut => Some(Error::ConnectionTimeout),
        Kind::UnexpectedEof => Some(Error::HttpResponseIncomplete),
        _ => None,
    }
}
