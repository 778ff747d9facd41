use super::*;

const NOW: Seconds = 1_795_508_373;

fn exchange(url: &str) -> Exchange {
    Exchange::new(Url::parse(url).expect("url"), Validators::default())
}

fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Response { status, headers, body: body.to_vec() }
}

fn failure(url: &str, response: Response) -> FetchFailure {
    exchange(url).receive(response, NOW).expect_err("refused")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("write");
    encoder.finish().expect("finish")
}

#[test]
fn sends_the_validators_it_was_given_and_keeps_the_new_ones() {
    let mut exchange = Exchange::new(Url::parse("https://example.org/i").expect("url"), of("https://example.org/i"));
    let names: Vec<_> = exchange.request().headers.into_iter().map(|(n, _)| n).collect();
    assert!(names.contains(&"if-none-match") && names.contains(&"if-modified-since"));
    assert!(matches!(exchange.receive(answer(304, &[], b""), NOW), Ok(Step::Done(Fetched::NotModified))));
    let huge = "x".repeat(2000);
    let Ok(Step::Done(Fetched::Index { bytes, validators, .. })) =
        exchange.receive(answer(200, &[("etag", "\"b\""), ("last-modified", &huge)], b"x"), NOW)
    else {
        panic!("an index");
    };
    assert_eq!(bytes, b"x");
    let url = Some("https://example.org/i".to_owned());
    assert_eq!(validators, Validators { url, etag: Some("\"b\"".into()), last_modified: None });
}

#[test]
fn says_what_is_most_often_behind_a_status() {
    let told = |status, headers: &[(&str, &str)]| {
        let told =
            failure("https://example.org/i", answer(status, headers, b"<Error><Code>AccessDenied</Code></Error>"));
        assert_eq!((told.code.code, told.http_status), ("http-status", Some(status)));
        let plain = String::from(told.message.clone());
        assert!(!plain.contains("index") && !plain.contains("branch"), "{status}: {plain}");
        String::from(told.of_index().message)
    };
    for (status, word) in [
        (203, "sign-in"),
        (204, "empty"),
        (206, "whole file"),
        (401, "login"),
        (403, "missing file"),
        (404, "private repository"),
        (407, "operator"),
    ] {
        assert!(told(status, &[]).contains(word), "{status}");
    }
    assert!(told(403, &[("cf-mitigated", "challenge")]).contains("Cloudflare"));
    assert!(told(401, &[]).ends_with("It asks for a login. Publish the index where anyone can read it."));
    assert_eq!(told(503, &[]), "The server responded with 503.");
}

fn of(url: &str) -> Validators {
    let date = "Tue, 24 Nov 2026 08:19:33 GMT".to_owned();
    Validators { url: Some(url.to_owned()), etag: Some("\"a\"".into()), last_modified: Some(date) }
}

#[test]
fn validators_go_to_the_url_that_gave_them_and_to_no_other() {
    let conditions = |request: &Request| request.headers.iter().filter(|(name, _)| name.starts_with("if-")).count();
    let registered = Url::parse("https://example.org/i").expect("url");
    let (there, elsewhere) = ("https://mirror.example.org/i", "https://other.example.org/i");
    let mut exchange = Exchange::new(registered.clone(), of(there));
    assert_eq!(conditions(&exchange.request()), 0, "they belong to another URL");
    let Ok(Step::Send(hop)) = exchange.receive(answer(302, &[("location", there)], b""), NOW) else { panic!("a hop") };
    assert_eq!(conditions(&hop), 2, "the previous target of the redirect");
    assert!(matches!(exchange.receive(answer(304, &[], b""), NOW), Ok(Step::Done(Fetched::NotModified))));

    let mut moved = Exchange::new(registered.clone(), of(there));
    let Ok(Step::Send(hop)) = moved.receive(answer(302, &[("location", elsewhere)], b""), NOW) else { panic!("a hop") };
    assert_eq!(conditions(&hop), 0, "the redirect has a new target");
    let lie = moved.receive(answer(304, &[], b""), NOW).expect_err("the request was unconditional");
    assert_eq!(lie.code, "unexpected-not-modified");

    let of_nobody = Validators { url: None, ..of(there) };
    assert_eq!(conditions(&Exchange::new(registered, of_nobody).request()), 0, "their URL is unknown");
}

#[test]
fn a_validator_that_cannot_be_sent_back_is_forgotten() {
    let headers = [("etag", "\"\u{fc}\""), ("last-modified", "")];
    let Ok(Step::Done(Fetched::Index { validators, .. })) =
        exchange("https://e.org/").receive(answer(200, &headers, b"x"), NOW)
    else {
        panic!("an index");
    };
    assert_eq!((validators.etag, validators.last_modified), (None, None));
}

#[test]
fn who_asks_to_be_left_alone_is_the_host_that_answered() {
    let mut exchange = exchange("https://example.org/i");
    let location = [("location", "https://mirror.example.org:8443/i")];
    assert!(matches!(exchange.receive(answer(302, &location, b""), NOW), Ok(Step::Send(_))));
    let refused = exchange.receive(answer(403, &[("retry-after", "90")], b""), NOW).expect_err("refused");
    assert_eq!(refused.quiet, Some(("https://mirror.example.org:8443".to_owned(), 90)));
    assert!(refused.message.ends_with("It asks for fewer requests."), "{}", refused.message);
    let login = failure("https://example.org/", answer(403, &[], b""));
    assert!(login.quiet.is_none() && login.message.contains("asks for a login"), "{}", login.message);
}

#[test]
fn a_304_that_was_not_asked_for_is_a_failure() {
    assert_eq!(failure("https://example.org/", answer(304, &[], b"")).code, "unexpected-not-modified");
}

#[test]
fn follows_redirects_within_the_rules() {
    let mut first = exchange("https://example.org/a/b");
    let Ok(Step::Send(next)) = first.receive(answer(302, &[("location", "../c")], b""), NOW) else { panic!("a hop") };
    assert_eq!(next.url.as_str(), "https://example.org/c");
    for (location, code) in [
        ("http://example.org/c", "redirect-downgrade"),
        ("file:///etc/passwd", "redirect-refused"),
        ("https://u:p@example.org/", "redirect-refused"),
        ("http://self.alt/", "redirect-refused"),
        ("https://[::1", "invalid-redirect"),
    ] {
        assert_eq!(
            failure("https://example.org/", answer(301, &[("location", location)], b"")).code,
            code,
            "{location}"
        );
    }
    assert_eq!(failure("https://example.org/", answer(301, &[], b"")).code, "invalid-redirect");
}

#[test]
fn a_loop_ends() {
    let mut looping = exchange("https://example.org/");
    let mut hops = 0;
    let failure = loop {
        match looping.receive(answer(307, &[("location", "/")], b""), NOW) {
            Ok(_) => hops += 1,
            Err(failure) => break failure,
        }
    };
    assert_eq!((hops, failure.code.code, failure.http_status), (MAX_REDIRECTS, "too-many-redirects", Some(307)));
}

#[test]
fn unpacks_gzip_within_the_cap() {
    let Ok(Step::Done(Fetched::Index { bytes, .. })) =
        exchange("https://e.org/").receive(answer(200, &[("content-encoding", "GZIP")], &gzip(b"version: 1")), NOW)
    else {
        panic!("an index");
    };
    assert_eq!(bytes, b"version: 1");
    let bomb = gzip(&vec![0; crate::limits::MAX_DECODED_BYTES + 1]);
    assert!(bomb.len() < crate::limits::MAX_WIRE_BYTES);
    for (encoding, body, code) in [
        ("gzip", bomb.as_slice(), "too-large-decoded"),
        ("gzip", b"plain".as_slice(), "invalid-gzip"),
        ("gzip", &gzip(b"version: 1")[..12], "invalid-gzip"),
        ("gzip, gzip", b"".as_slice(), "unsupported-encoding"),
        ("br", b"".as_slice(), "unsupported-encoding"),
    ] {
        assert_eq!(
            failure("https://e.org/", answer(200, &[("content-encoding", encoding)], body)).code,
            code,
            "{encoding}"
        );
    }
}

fn index(headers: &[(&str, &str)], body: &[u8]) -> Result<Vec<u8>, FetchFailure> {
    match exchange("https://e.org/").receive(answer(200, headers, body), NOW)? {
        Step::Done(Fetched::Index { bytes, .. }) => Ok(bytes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn encodings_that_mean_nothing_are_no_encodings() {
    for encoding in ["identity", "utf-8", "UTF8", "binary", "", "none", "aws-chunked", "identity, identity"] {
        assert_eq!(index(&[("content-encoding", encoding)], b"a: 1"), Ok(b"a: 1".to_vec()), "{encoding}");
    }
    for encoding in ["x-gzip", "gzip, identity", "utf-8,GZIP", "gzip,"] {
        assert_eq!(index(&[("content-encoding", encoding)], &gzip(b"a: 1")), Ok(b"a: 1".to_vec()), "{encoding}");
    }
}

#[test]
fn zeros_after_gzip_are_padding_and_anything_else_is_not() {
    let headers = [("content-encoding", "gzip")];
    let (one, two) = (gzip(b"a: 1\n"), gzip(b"b: 2\n"));
    for (body, expected) in [
        ([&one[..], &[0; 1024]].concat(), Some("a: 1\n")),
        ([&one[..], &two].concat(), Some("a: 1\nb: 2\n")),
        ([&one[..], &two, &[0]].concat(), Some("a: 1\nb: 2\n")),
        ([&one[..], &[0; 8], &two].concat(), None),
        ([&one[..], b"more"].concat(), None),
        (one[..one.len() - 1].to_vec(), None),
        (vec![0; 64], None),
        (Vec::new(), None),
    ] {
        match (index(&headers, &body), expected) {
            (Ok(bytes), Some(text)) => assert_eq!(bytes, text.as_bytes()),
            (Err(failure), None) => assert_eq!(failure.code, "invalid-gzip", "{failure:?}"),
            (found, _) => panic!("{found:?} of {body:?}"),
        }
    }
    let parts = gzip(b"").repeat(crate::limits::MAX_GZIP_MEMBERS + 1);
    let failure = index(&headers, &parts).expect_err("refused");
    assert!(failure.message.contains("more than 1000 parts"), "{failure:?}");
    assert_eq!(index(&headers, &parts[gzip(b"").len()..]), Ok(Vec::new()));
}

#[test]
fn what_a_server_says_at_length_is_not_repeated() {
    let long = "x".repeat(60_000);
    let failures = [
        failure("https://e.org/", answer(200, &[("content-encoding", &long)], b"")),
        failure("https://e.org/", answer(302, &[("location", &format!("https://{long}.org/"))], b"")),
        failure("https://e.org/", answer(302, &[("location", &format!("{long}:x"))], b"")),
        failure("https://e.org/", answer(302, &[("location", &format!("http://{long}.spin.internal/"))], b"")),
        failure("https://e.org/", answer(302, &[("location", &format!("https://{long}@e.org/"))], b"")),
    ];
    for failure in failures {
        assert!(failure.message.len() < 400, "{failure:?}");
    }
}

#[test]
fn addresses_that_are_not_plain_are_followed() {
    for (location, target) in [
        ("/registre/capacités.yaml", "https://example.org/registre/capacit%C3%A9s.yaml"),
        ("/capacit%E9s.yaml", "https://example.org/capacit%E9s.yaml"),
        ("/a b.yaml", "https://example.org/a%20b.yaml"),
        (" /a ", "https://example.org/a"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
    ] {
        let Ok(Step::Send(next)) =
            exchange("https://example.org/i").receive(answer(302, &[("location", location)], b""), NOW)
        else {
            panic!("{location}")
        };
        assert_eq!(next.url.as_str(), target);
    }
}

#[test]
fn reads_retry_after_in_both_forms_and_caps_it() {
    for (value, expected) in [
        ("120", Some(120)),
        ("999999", Some(headers::RETRY_AFTER_SECONDS)),
        ("Tue, 24 Nov 2026 08:20:33 GMT", Some(60)),
        ("Tue, 24 Nov 2020 08:20:33 GMT", None),
        ("Tuesday, 24-Nov-26 08:20:33 GMT", Some(60)),
        ("Tue Nov 24 08:20:33 2026", Some(60)),
        ("1e9", Some(headers::RETRY_AFTER_SECONDS)),
        ("99999999999999999999", Some(headers::RETRY_AFTER_SECONDS)),
        ("-5", None),
        ("", None),
        ("soon", None),
    ] {
        let refused = failure("https://e.org/", answer(429, &[("retry-after", value)], b""));
        assert_eq!(
            (refused.code.code, refused.http_status, refused.retry_after_seconds),
            ("http-status", Some(429), expected),
            "{value}"
        );
    }
}
