//! A source that sends arbitrary responses: the exchange ends, stays within the rules, and returns no more than the cap.
//!
//! The input is a sequence of responses: two bytes of status, two of the length of the headers, two of the length of the body, headers as lines, the body.
#![no_main]

use federation::fetch::{Exchange, Fetched, Response, Step, Validators};
use federation::limits::{MAX_DECODED_BYTES, MAX_REDIRECTS};
use federation::source_url;
use std::io::Write as _;
use url::Url;

const NOW: i64 = 1_795_508_373;

fn take<'a>(input: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(length.min(input.len()));
    *input = rest;
    taken
}

fn number(input: &mut &[u8]) -> usize {
    take(input, 2).iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

fn answer(input: &mut &[u8]) -> Response {
    let (status, headers, body) = (number(input), number(input), number(input));
    let status =
        [200, 200, 304, 301, 302, 303, 307, 308, 404, 429, 503].get(status % 16).copied().unwrap_or(status as u16);
    let headers = String::from_utf8_lossy(take(input, headers));
    let headers = headers.split('\n').filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Response { status, headers, body: take(input, body).to_vec() }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let known =
        Validators { url: Some("https://example.org/a/b".into()), etag: Some("\"a\"".into()), last_modified: None };
    let mut exchange = Exchange::new(Url::parse("https://example.org/a/b").expect("a URL"), known);
    let mut rest = input;
    let mut answers = 0;
    loop {
        answers += 1;
        assert!(answers <= MAX_REDIRECTS + 1, "the conversation ends");
        let response = answer(&mut rest);
        let status = response.status;
        match exchange.receive(response, NOW) {
            Ok(Step::Send(request)) => {
                assert_eq!(request.url.scheme(), "https", "never downgraded");
                assert!(source_url::parse(request.url.as_str()).is_ok(), "{}", request.url);
            }
            Ok(Step::Done(Fetched::Index { bytes, validators, .. })) => {
                assert!(bytes.len() <= MAX_DECODED_BYTES);
                assert!(validators.etag.is_none_or(|tag| tag.len() <= 1024));
                break;
            }
            Ok(Step::Done(Fetched::NotModified)) => break assert_eq!(status, 304),
            Err(failure) => {
                assert!(fuzz::is_code(failure.code.code) && fuzz::is_harmless(&failure.message), "{failure:?}");
                assert_eq!(failure.http_status, Some(status));
                assert!(failure.retry_after_seconds.is_none_or(|seconds| (1..=3600).contains(&seconds)));
                break;
            }
        }
    }
    let headers = vec![("content-encoding".to_owned(), "gzip".to_owned())];
    let packed = Response { status: 200, headers, body: gzip(input) };
    let mut exchange = Exchange::new(Url::parse("https://example.org/").expect("a URL"), Validators::default());
    match exchange.receive(packed, NOW) {
        Ok(Step::Done(Fetched::Index { bytes, .. })) => assert_eq!(bytes, input),
        other => panic!("{other:?}"),
    }
});
