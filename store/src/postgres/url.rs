//! Settings of a connection that must outlive a reset by the pool, so that they are part of the connection string.

/// What the server does for a hub that died or hangs: a transaction that nobody goes on with does not block writers for long, and neither does a lock or a
/// statement that takes too long.
const TIMEOUTS: &str =
    "-c%20idle_in_transaction_session_timeout%3D15s%20-c%20lock_timeout%3D5s%20-c%20statement_timeout%3D30s";

/// A connection URL with the timeouts that the hub relies on. Its own `options` come after them, and so have the last word.
pub fn with_timeouts(url: &str) -> String {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut parts: Vec<String> = query.split('&').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    match parts.iter_mut().find(|part| part.starts_with("options=")) {
        Some(options) => options.insert_str("options=".len(), &format!("{TIMEOUTS}%20")),
        None => parts.push(format!("options={TIMEOUTS}")),
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
        ] {
            let timed = with_timeouts(url);
            assert!(timed.starts_with(before) && timed.ends_with(after), "{timed}");
        }
    }
}
