//! Detects requests with two body lengths.
//!
//! `hyper` follows RFC 9112 §6.3 and silently drops `Content-Length` next to `Transfer-Encoding`. A proxy in front of
//! the hub may have used the other one, which allows request smuggling. So this module scans the raw bytes.

use http::{HeaderMap, header};
use std::mem::take;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a request head received on one connection had both body lengths.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lengths(Arc<AtomicBool>);

impl Lengths {
    /// Whether a request with these headers had two body lengths. `hyper` closes the connection after such a request;
    /// a chunked one that was sent ahead of it without waiting for its response counts as well.
    pub(crate) fn contradicts(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(header::TRANSFER_ENCODING) && self.0.load(Ordering::Relaxed)
    }
}

/// Finds the heads in the bytes read, wherever they are split. It accepts what `hyper` accepts; what `hyper` rejects
/// ends the connection, so that it does not matter how that is read here.
#[derive(Debug)]
pub(crate) struct Scanner {
    lengths: Lengths,
    part: Part,
    head: Head,
}

/// The part of a message that the next byte belongs to.
#[derive(Debug)]
enum Part {
    Head,
    /// So many bytes are left of a body with a length.
    Body(u64),
    /// The line before a chunk: its size so far, and whether the digits are complete.
    Size(u64, bool),
    /// So many bytes are left of a chunk, with the line break after it.
    Chunk(u64),
    /// A trailer line: whether it is empty so far, and whether its last byte is a carriage return.
    Trailer(bool, bool),
}

/// What the head says so far, and the line that is being read.
#[derive(Debug, Default)]
struct Head {
    has_lines: bool,
    length: Option<u64>,
    chunked: bool,
    field: Field,
    /// The beginning of the field's name, of up to [`Head::NAME`] bytes.
    name: Vec<u8>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Field {
    #[default]
    Name,
    Length,
    Other,
}

impl Head {
    /// More than any name has that matters here.
    const NAME: usize = "transfer-encoding".len() + 1;

    /// Returns true if this byte ends the head.
    fn feed(&mut self, byte: u8) -> bool {
        match (&self.field, byte) {
            (_, b'\n') => {
                let is_empty = self.field == Field::Name && self.name.is_empty();
                // Empty lines in front of a request are ignored.
                let ends = is_empty && self.has_lines;
                self.has_lines |= !is_empty;
                self.field = Field::Name;
                self.name.clear();
                return ends;
            }
            (_, b'\r') => {}
            (Field::Name, b':') => self.field = self.named(),
            (Field::Name, byte) if self.name.len() < Self::NAME => self.name.push(byte),
            (Field::Length, b'0'..=b'9') => {
                let length = self.length.get_or_insert(0);
                *length = length.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
            }
            _ => {}
        }
        false
    }

    fn named(&mut self) -> Field {
        if self.name.eq_ignore_ascii_case(header::CONTENT_LENGTH.as_str().as_bytes()) {
            // The length may be there twice, if it is the same.
            self.length = Some(0);
            return Field::Length;
        }
        self.chunked |= self.name.eq_ignore_ascii_case(header::TRANSFER_ENCODING.as_str().as_bytes());
        Field::Other
    }
}

impl Scanner {
    pub(crate) fn new(lengths: Lengths) -> Self {
        Self { lengths, part: Part::Head, head: Head::default() }
    }

    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        while let Some((&byte, rest)) = bytes.split_first() {
            if let Part::Body(left) | Part::Chunk(left) = &mut self.part {
                let skipped = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= skipped as u64;
                if *left == 0 {
                    self.part = if let Part::Body(_) = self.part { Part::Head } else { Part::Size(0, false) };
                }
                bytes = &bytes[skipped..];
                continue;
            }
            self.line(byte);
            bytes = rest;
        }
    }

    /// Reads a byte of a head, of the line before a chunk, or of a trailer.
    fn line(&mut self, byte: u8) {
        match (&mut self.part, byte) {
            (Part::Size(0, _), b'\n') => self.part = Part::Trailer(true, false),
            (Part::Size(size, _), b'\n') => self.part = Part::Chunk(size.saturating_add(2)),
            (Part::Size(size, is_complete), byte) => match char::from(byte).to_digit(16) {
                Some(digit) if !*is_complete => *size = size.saturating_mul(16).saturating_add(digit.into()),
                _ => *is_complete = true,
            },
            (Part::Trailer(true, true), b'\n') => self.part = Part::Head,
            (Part::Trailer(false, true), b'\n') => self.part = Part::Trailer(true, false),
            (Part::Trailer(is_empty, is_return), byte) => {
                *is_return = byte == b'\r';
                *is_empty &= *is_return;
            }
            _ => {
                if self.head.feed(byte) {
                    self.begin_body();
                }
            }
        }
    }

    fn begin_body(&mut self) {
        let Head { length, chunked, .. } = take(&mut self.head);
        if chunked && length.is_some() {
            self.lengths.0.store(true, Ordering::Relaxed);
        }
        self.part = match length {
            _ if chunked => Part::Size(0, false),
            None | Some(0) => Part::Head,
            Some(length) => Part::Body(length),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stall::{ConnectionPhase, DeadlineStream, Patience};
    use bytes::Bytes;
    use http::{HeaderName, HeaderValue, Request, Response};
    use http_body_util::{BodyExt as _, Empty};
    use hyper::body::Incoming;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use std::convert::Infallible;
    use std::sync::Mutex;
    use std::time::Duration;
    use tokio::io::{AsyncWriteExt as _, duplex};

    const CHUNKED: &str = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    const BOTH: &str = "POST / HTTP/1.1\r\nConTent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n";

    fn headers(names: &[&'static str]) -> HeaderMap {
        names.iter().map(|name| (HeaderName::from_static(name), HeaderValue::from_static("1"))).collect()
    }

    /// Whether a chunked request is refused on a connection on which this text arrived, in pieces of any size.
    fn refuses_chunked(text: &str) -> bool {
        let answers = (1..=text.len()).map(|size| {
            let lengths = Lengths::default();
            let mut scanner = Scanner::new(lengths.clone());
            text.as_bytes().chunks(size).for_each(|piece| scanner.feed(piece));
            assert!(!lengths.contradicts(&headers(&[])) && !lengths.contradicts(&headers(&["content-length"])));
            lengths.contradicts(&headers(&["transfer-encoding"]))
        });
        let answers: Vec<_> = answers.collect();
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "it depends on how the text is cut: {text}");
        answers[0]
    }

    #[test]
    fn a_length_that_vanished_beside_a_coding_is_noticed_however_it_was_cut() {
        assert!(refuses_chunked(BOTH));
        let bare = "\r\nPOST / HTTP/1.1\nTRANSFER-ENCODING:chunked\nX: content-length: 1\nContent-Length:4\n\n";
        assert!(refuses_chunked(bare));
    }

    #[test]
    fn requests_with_one_of_both_do_not_contradict_themselves_or_each_other() {
        let plain = "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx";
        assert!(!refuses_chunked(&[plain, CHUNKED, "0\r\n\r\n", plain, CHUNKED].concat()));
        let twice = "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx";
        assert!(!refuses_chunked(&[twice, CHUNKED].concat()));
    }

    #[test]
    fn text_in_a_body_is_not_a_length() {
        let text = "\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
        let plain = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{text}", text.len());
        let chunked = format!("{CHUNKED}{:X};a=1\r\n{text}\r\n3 \r\nabc\r\n0\r\nContent-Length: 2\r\n\r\n", text.len());
        assert!(!refuses_chunked(&[&*plain, &chunked, &chunked, &plain, CHUNKED].concat()));
    }

    #[test]
    fn the_head_behind_a_body_is_found() {
        let text = "\r\n\r\nGET / HTTP/1.1\r\n";
        let plain = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{text}", text.len());
        let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        // For `hyper` a trailer ends with CRLF only.
        let chunked = format!("{CHUNKED}{:x}\r\n{text}\r\n0\r\nX: a\n\r\nY: b\r\n\r\n", text.len());
        for before in [get, &plain, &chunked] {
            assert!(refuses_chunked(&format!("{before}{BOTH}")), "{before}");
            assert!(refuses_chunked(&format!("{before}{plain}{chunked}{get}{BOTH}")), "{before}");
        }
    }

    /// For each request that `hyper` reads from this text, whether it is refused.
    async fn refusals(text: &str) -> Vec<bool> {
        const LONG: Duration = Duration::from_secs(3600);
        let (near, mut far) = duplex(64 << 10);
        far.write_all(text.as_bytes()).await.unwrap();
        far.shutdown().await.unwrap();
        let (lengths, refused) = (Lengths::default(), Mutex::new(Vec::new()));
        let service = service_fn(|request: Request<Incoming>| {
            refused.lock().unwrap().push(lengths.contradicts(request.headers()));
            async {
                request.into_body().collect().await.unwrap();
                Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
            }
        });
        let patience = Patience { head: LONG, idle: LONG, write: LONG };
        let stream = DeadlineStream::new(near, patience, ConnectionPhase::new(), lengths.clone());
        http1::Builder::new().half_close(true).serve_connection(TokioIo::new(stream), service).await.unwrap();
        refused.into_inner().unwrap()
    }

    #[tokio::test]
    async fn hyper_finds_the_same_heads() {
        let text = "\nContent-Length: 1\r\n\r\n";
        let host = "POST / HTTP/1.1\r\nHost: h\r\n";
        let plain = format!("{host}Content-Length: {0}\r\nContent-Length: {0}\r\n\r\n{text}", text.len());
        let coding = "Transfer-Encoding: chunked\r\n";
        let trailers = "X: a\n\r\nContent-Length: 2\r\n";
        let chunked = format!("{host}{coding}\r\n{:X} ;a=1\r\n{text}\r\n0\r\n{trailers}\r\n", text.len());
        let both = format!("{host}Content-Length: 4\r\n{coding}\r\n0\r\n\r\n");
        let all = [&*plain, &chunked, &chunked, "\r\n", &plain, "GET / HTTP/1.1\n\n", &chunked].concat();
        assert_eq!(refusals(&all).await, [false; 6]);
        for first in [&plain, &chunked] {
            // The second request was read ahead, so that a chunked first one is refused as well.
            assert_eq!(refusals(&format!("{first}{both}")).await.last(), Some(&true));
        }
    }
}
