//! No hub, a slow hub, and a server that is not a hub.

use crate::support::{Answer, Hub, Ran, page, program};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

#[test]
fn a_closed_port_is_not_reachable() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = Ran::against(&format!("http://{address}"), &["hub", "list", "-o", "json"]).ended(3);
    assert_eq!(ran.out, "");
    assert!(ran.err.starts_with(&format!("error: the hub at http://{address} is not reachable\n")), "{ran:?}");
    // The cause without the layers above it, and what `doctor` would say.
    assert_eq!(ran.err.lines().count(), 3, "{ran:?}");
    assert!(ran.err.contains("\n  Connection refused") && ran.err.contains("hint: nothing listens there"), "{ran:?}");
}

#[test]
fn a_hub_that_never_answers_times_out() {
    let hub = Hub::answering([Answer::Silence]);
    let ran = Ran::against(&hub.url(), &["hub", "list", "--timeout", "3"]).ended(3);
    assert!(ran.err.contains("did not answer within 3 s") && ran.err.contains("--timeout SECONDS"), "{ran:?}");
    assert_eq!(hub.asked().len(), 1);
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    let hub = Hub::answering([Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"repos\":".to_vec())]);
    let ran = Ran::against(&hub.url(), &["hub", "list"]).ended(3);
    assert!(ran.err.contains("is not reachable"), "{ran:?}");
}

#[test]
fn a_server_without_tls_is_not_reachable_by_https() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let ran = Ran::against(&format!("https://{address}"), &["hub", "list"]).ended(3);
    assert!(ran.err.starts_with(&format!("error: the hub at https://{address} is not reachable\n")), "{ran:?}");
    assert!(ran.err.contains("hint: the port does not use TLS: use http://"), "{ran:?}");
    server.join().unwrap();
}

#[test]
fn a_machine_without_certificates_is_told_how_to_get_them() {
    let mut list = program(&["hub", "list", "--base-url", "https://127.0.0.1:9"]);
    let ran = Ran::of(list.env("SSL_CERT_FILE", "/nonexistent").env("SSL_CERT_DIR", "/nonexistent")).ended(2);
    assert!(ran.err.starts_with("error: there are no CA certificates to verify an https hub with\n"), "{ran:?}");
    assert!(ran.err.contains("hint: install the system's CA certificates"), "{ran:?}");
}

#[test]
fn what_is_no_hub_is_named_as_such() {
    let html = "<html>502 Bad Gateway</html>";
    let cases = [
        (Answer::body(502, "text/html", html), 3, "status 502 and text/html, not JSON"),
        (Answer::body(200, "text/html", html), 3, "status 200 and text/html, not JSON"),
        (Answer::body(401, "text/html", html), 4, "status 401 and text/html, not JSON"),
        (Answer::body(200, "application/json", "{\"repos\": ["), 3, "status 200 and broken JSON"),
        (Answer::body(500, "text/plain", ""), 3, "status 500 and an empty body"),
        (Answer::json(404, &json!({ "error": "no route" })), 3, "JSON that is not a problem document"),
        (Answer::json(200, &json!({ "hello": 1 })), 3, "JSON with a shape"),
        (
            Answer::with(308, "location: https://example.org/v1/repos\r\n", ""),
            3,
            "a redirect to https://example.org/v1/repos",
        ),
    ];
    for (answer, exit, what) in cases {
        let hub = Hub::answering([answer]);
        let ran = Ran::against(&hub.url(), &["hub", "list", "-o", "json"]).ended(exit);
        assert_eq!(ran.out, "", "{what}");
        assert!(
            ran.err.contains(what) && ran.err.contains("hint: check that --base-url or REUSE_SURFACE_URL is"),
            "{what}: {ran:?}"
        );
        assert_eq!(hub.asked().len(), 1, "a redirect is not followed");
    }
}

#[test]
fn the_token_over_plain_http_to_another_machine_is_warned_of() {
    // The scripted hub is the proxy, so that the name need not be resolved.
    let run = |base: &str, token: &str| {
        let hub = Hub::answering([page(&[], 0, None)]);
        let mut list = program(&["hub", "list", "-q", "x", "--quiet", "--base-url", base]);
        let ran = Ran::of(list.env("HTTP_PROXY", hub.url()).env("REUSE_SURFACE_TOKEN", token)).ended(0);
        assert!(hub.asked()[0].line.starts_with("GET http://hub.example/v1/repos?"));
        ran.err
    };
    assert!(run("http://hub.example", "s3cret-token").starts_with("warning: http://hub.example is plain http"));
    assert_eq!(run("http://hub.example", " \n"), "");
}

#[test]
fn a_hub_on_this_machine_is_reached_without_the_proxy_and_without_a_warning() {
    let hub = Hub::answering([page(&[], 0, None)]);
    let mut list = program(&["--base-url", &hub.url(), "hub", "list", "--quiet"]);
    let ran = Ran::of(list.env("HTTP_PROXY", "http://127.0.0.1:9").env("REUSE_SURFACE_TOKEN", "s3cret-token")).ended(0);
    assert_eq!(ran.err, "");
    assert_eq!(hub.asked()[0].line, "GET /v1/repos?limit=1000");
}

#[test]
fn a_base_url_without_its_scheme_is_shown_with_one() {
    for (given, meant) in [
        ("hub.example.org/reuse", "https://hub.example.org/reuse"),
        ("localhost:8080", "http://localhost:8080"),
        ("ftp://hub.example.org", "https://reuse.coulomb.social"),
    ] {
        let ran = Ran::of(&mut program(&["hub", "list", "--base-url", given])).ended(2);
        assert!(ran.err.starts_with(&format!("error: the base URL `{given}` is not an absolute")), "{ran:?}");
        assert!(ran.err.ends_with(&format!("REUSE_SURFACE_URL to a URL such as {meant}\n")), "{ran:?}");
    }
}
