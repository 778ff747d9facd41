//! Settings of a connection that must outlive a reset by the pool, and are therefore part of the connection string.

/// What the server enforces when a hub died or hangs: an abandoned transaction does not block writers for long, and neither does a lock or a statement that
/// takes too long.
const TIMEOUTS: &str =
    "-c%20idle_in_transaction_session_timeout%3D10s%20-c%20lock_timeout%3D5s%20-c%20statement_timeout%3D30s";

/// A connection URL with the timeouts that the hub relies on. Its own `options` come after them, and so take precedence.
pub fn with_timeouts(url: &str) -> String {
    with(url, "options=", TIMEOUTS, |own| format!("{TIMEOUTS}%20{own}"))
}

/// A connection URL that demands TLS if the CA of the server is known, unless it says itself what it demands. Without that, a server that declines TLS gets
/// the password in plain text.
pub fn with_tls(url: &str, authority: Option<&str>) -> String {
    match authority {
        Some(_) => with(url, "sslmode=", "require", str::to_owned),
        None => url.to_owned(),
    }
}

/// A connection URL that demands a server that accepts writes, unless it says itself what it demands. A standby answers with what it had a moment ago.
pub fn with_writable(url: &str) -> String {
    with(url, "target_session_attrs=", "read-write", str::to_owned)
}

/// A connection URL for this purpose alone, under whose name the server lists the connections. Hosts pool connections per URL, so one purpose does not
/// use up those of another.
pub fn for_purpose(url: &str, purpose: &str) -> String {
    with(url, "application_name=", &format!("reuse-surface%20{purpose}"), |own| format!("{own}%20{purpose}"))
}

/// The URL with a parameter, given with its `=`: changed if the URL has it, otherwise added with the value `otherwise`. If it has several, the last one counts.
fn with(url: &str, parameter: &str, otherwise: &str, change: impl FnOnce(&str) -> String) -> String {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut parts: Vec<String> = query.split('&').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    match parts.iter_mut().rfind(|part| part.starts_with(parameter)) {
        Some(own) => *own = format!("{parameter}{}", change(&own[parameter.len()..])),
        None => parts.push(format!("{parameter}{otherwise}")),
    }
    format!("{address}?{}", parts.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_url_gets_the_timeouts_and_keeps_the_rest() {
        for (url, before, after) in [
            ("postgres://hub@db/hub", "postgres://hub@db/hub?options=-c%20idle", "statement_timeout%3D30s"),
            ("postgres://db/hub?sslmode=require", "postgres://db/hub?sslmode=require&options=-c%20", "timeout%3D30s"),
            ("postgres://db/?options=-c%20a%3D1&x=y", "postgres://db/?options=-c%20idle", "30s%20-c%20a%3D1&x=y"),
            ("postgres://db/?options=-ca&options=-cb", "postgres://db/?options=-ca&options=-c%20idle", "30s%20-cb"),
        ] {
            let timed = with_timeouts(url);
            assert!(timed.starts_with(before) && timed.ends_with(after), "{timed}");
        }
    }

    #[test]
    fn tls_is_demanded_where_the_authority_is_known() {
        for (url, authority, expected) in [
            ("postgres://db/hub", None, "postgres://db/hub"),
            ("postgres://db/hub", Some("PEM"), "postgres://db/hub?sslmode=require"),
            ("postgres://db/?a=b", Some("PEM"), "postgres://db/?a=b&sslmode=require"),
            ("postgres://db/?sslmode=prefer&a=b", Some("PEM"), "postgres://db/?sslmode=prefer&a=b"),
        ] {
            assert_eq!(with_tls(url, authority), expected);
        }
    }

    #[test]
    fn a_server_that_accepts_writes_is_demanded_unless_the_url_says_otherwise() {
        for (url, expected) in [
            ("postgres://db/hub", "postgres://db/hub?target_session_attrs=read-write"),
            ("postgres://db/?target_session_attrs=any", "postgres://db/?target_session_attrs=any"),
        ] {
            assert_eq!(with_writable(url), expected);
        }
    }

    #[test]
    fn every_purpose_has_a_url_of_its_own() {
        for (url, expected) in [
            ("postgres://db/hub", "postgres://db/hub?application_name=reuse-surface%20reads"),
            ("postgres://db/?a=b", "postgres://db/?a=b&application_name=reuse-surface%20reads"),
            ("postgres://db/?application_name=x&a=b", "postgres://db/?application_name=x%20reads&a=b"),
        ] {
            assert_eq!(for_purpose(url, "reads"), expected);
        }
    }
}
