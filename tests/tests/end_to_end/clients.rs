//! Misbehaving clients: each gets a response or is disconnected, and other clients are not affected.

use anyhow::{Context as _, Result};
use end_to_end::{Hub, TOKEN};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

fn connect(hub: &Hub) -> Result<TcpStream> {
    let stream = TcpStream::connect(hub.base().trim_start_matches("http://"))?;
    // Only limits a hang.
    stream.set_read_timeout(Some(Duration::from_secs(300)))?;
    Ok(stream)
}

/// Sends these bytes and reads until the hub closes.
fn exchange(hub: &Hub, bytes: &[u8]) -> Result<String> {
    let mut stream = connect(hub)?;
    // If the hub refuses early, the connection may already be closed.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => Err(error).context("no end of the answer"),
        _ => Ok(String::from_utf8_lossy(&answer).into_owned()),
    }
}

/// The statuses of all responses, in order.
fn statuses(answer: &str) -> Vec<u16> {
    answer
        .split("HTTP/1.")
        .skip(1)
        .filter_map(|rest| rest.split_ascii_whitespace().nth(1)?.parse().ok())
        .filter(|status| *status != 100)
        .collect()
}

const END: &str = "Connection: close\r\n\r\n";

#[tokio::test]
async fn requests_that_proxies_and_servers_may_read_differently_are_read_in_one_way_or_refused() -> Result<()> {
    let hub = Hub::start()?;
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
    let two_lengths =
        format!("POST /v1/check HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n{smuggled}");
    let list_of_lengths = format!("POST /v1/check HTTP/1.1\r\nHost: h\r\nContent-Length: 0, 40\r\n\r\n{smuggled}");
    let signed = format!("POST /v1/check HTTP/1.1\r\nHost: h\r\nContent-Length: +0\r\n\r\n{smuggled}");
    let other_coding =
        format!("POST /v1/check HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n{smuggled}");
    let obscured = format!("POST /v1/check HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n{smuggled}");
    let bad_chunk = format!("POST /v1/check HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{smuggled}");
    for (name, request) in [
        ("two lengths", two_lengths.as_str()),
        ("a list of lengths", &list_of_lengths),
        ("a signed length", &signed),
        ("chunked is not the last coding", &other_coding),
        ("a space before the colon", &obscured),
        ("a chunk without a size", &bad_chunk),
        ("two hosts", "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"),
        ("no host", "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n"),
        ("a folded header", "GET /health HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\nConnection: close\r\n\r\n"),
        ("no request", "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n"),
        ("another version", "GET /health HTTP/3.0\r\nHost: h\r\n\r\n"),
        ("a fragment of a path", "GET health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
    ] {
        let answer = exchange(&hub, request.as_bytes())?;
        let refused = statuses(&answer);
        assert!(refused.len() <= 1 && refused.iter().all(|status| (400..500).contains(status)), "{name}: {answer}");
        assert!(!hub.log().contains("/smuggled"), "{name}: the second request was read");
    }
    // Request smuggling: a request with both headers is refused and its connection closed, because proxies differ in which header they use.
    let (length, coding) = ("Content-Length: 4\r\n", "transfer-encoding: chunked\r\n");
    for both in [[length, coding], [coding, length]] {
        let both = both.concat();
        let request = format!("POST /v1/check HTTP/1.1\r\nHost: h\r\n{both}\r\n0\r\n\r\n{smuggled}");
        let before = "GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n";
        for (request, expected) in [(request.clone(), &[400][..]), (format!("{before}{request}"), &[200, 400])] {
            let answer = exchange(&hub, request.as_bytes())?;
            assert_eq!(statuses(&answer), expected, "{answer}");
            assert!(answer.contains("\"code\":\"bad-request\"") && !hub.log().contains("/smuggled"), "{answer}");
        }
    }
    assert_eq!(statuses(&exchange(&hub, bad_chunk.as_bytes())?), [400], "a broken chunk is not late");
    assert_eq!(hub.get("/health").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn what_is_unusual_but_right_is_answered() -> Result<()> {
    let hub = Hub::start()?;
    let pipelined = format!(
        "GET /health HTTP/1.1\r\nHost: h\r\n\r\nGET /nothing HTTP/1.1\r\nHost: h\r\n\r\nGET /health/live HTTP/1.1\r\nHost: h\r\n{END}"
    );
    assert_eq!(statuses(&exchange(&hub, pipelined.as_bytes())?), [200, 404, 200]);
    assert_eq!(statuses(&exchange(&hub, b"GET /health HTTP/1.0\r\nHost: h\r\n\r\n")?), [200]);
    // Load balancers send this to see whether a server is there: HTTP/1.0 has no `Host`.
    for checker in
        ["OPTIONS / HTTP/1.0\r\n\r\n", "HEAD /health HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nHost: 10.0.0.1:8080\r\n\r\n"]
    {
        let answer = exchange(&hub, checker.as_bytes())?;
        assert!(matches!(statuses(&answer)[..], [200 | 204]), "{checker}: {answer}");
    }
    let two = "GET /health HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n";
    assert_eq!(statuses(&exchange(&hub, two.as_bytes())?), [400]);
    let body = r#"{"url":"https://example.invalid/x"}"#;
    let waits = format!(
        "POST /v1/check HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {}\r\n{END}",
        body.len()
    );
    let mut stream = connect(&hub)?;
    stream.write_all(waits.as_bytes())?;
    let mut first = [0; 25];
    stream.read_exact(&mut first)?;
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes())?;
    let mut rest = String::new();
    stream.read_to_string(&mut rest)?;
    assert_eq!(statuses(&rest), [200], "{rest}");
    let headers: String = (0..90).map(|i| format!("X-{i}: {i}\r\n")).collect();
    assert_eq!(
        statuses(&exchange(&hub, format!("GET /health HTTP/1.1\r\nHost: h\r\n{headers}{END}").as_bytes())?),
        [200]
    );
    Ok(())
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read() -> Result<()> {
    let hub = Hub::start()?;
    let headers: String = (0..1_000).map(|i| format!("X-{i}: {i}\r\n")).collect();
    let many = format!("GET /health HTTP/1.1\r\nHost: h\r\n{headers}{END}");
    assert_eq!(statuses(&exchange(&hub, many.as_bytes())?), [431]);
    let long = format!("GET /health HTTP/1.1\r\nHost: h\r\nX: {}\r\n{END}", "x".repeat(1 << 20));
    assert_eq!(statuses(&exchange(&hub, long.as_bytes())?), [431]);
    let path = format!("GET /{} HTTP/1.1\r\nHost: h\r\n{END}", "x".repeat(1 << 20));
    assert!(matches!(statuses(&exchange(&hub, path.as_bytes())?)[..], [414 | 431]));
    let announced = "POST /v1/check HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n";
    assert_eq!(statuses(&exchange(&hub, announced.as_bytes())?), [413]);
    let mut chunked = b"POST /v1/check HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..2_000 {
        chunked.extend_from_slice(format!("400\r\n{}\r\n", "x".repeat(1024)).as_bytes());
    }
    // The end of the response may be lost if data was still in flight.
    let answer = exchange(&hub, &chunked)?;
    assert!(matches!(statuses(&answer)[..], [] | [413]), "{answer}");
    assert_eq!(hub.get("/health").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn clients_that_never_finish_keep_nobody_out() -> Result<()> {
    let hub = Hub::start()?;
    let head = format!(
        "POST /v1/repos HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    let mut slow = Vec::new();
    for i in 0..600 {
        let mut stream = connect(&hub)?;
        // Half of them stop in the head, half in the body.
        let sent = if i % 2 == 0 { head.as_bytes() } else { &head.as_bytes()[..20] };
        stream.write_all(sent)?;
        slow.push(stream);
    }
    // There are more of them than slots; a request without a slot would be refused after a second.
    for _ in 0..20 {
        assert_eq!(hub.get("/health").await?.status, 200);
        assert_eq!(hub.get("/v1/repos").await?.status, 200);
    }
    Ok(())
}
