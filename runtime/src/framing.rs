//! Detects requests with two body lengths.
//!
//! `hyper` follows RFC 9112 §6.3 and silently drops `Content-Length` next to `Transfer-Encoding`. A proxy in front of
//! the hub may have used the other one, which allows request smuggling. So this module scans the raw bytes.

use http::{HeaderMap, header};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const LINE: &[u8] = b"\ncontent-length:";

/// The number of `Content-Length` lines received on one connection, minus those that its parsed requests still have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lengths(Arc<AtomicUsize>);

impl Lengths {
    /// Whether a request with these headers had two body lengths. Call it for each request, in order.
    pub(crate) fn contradict(&self, headers: &HeaderMap) -> bool {
        if headers.contains_key(header::CONTENT_LENGTH) {
            let one_less = |seen: usize| Some(seen.saturating_sub(1));
            _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
            return false;
        }
        // A line left over was dropped from this request or read ahead from the next one. No client that
        // sends chunks pipelines like that.
        headers.contains_key(header::TRANSFER_ENCODING) && self.0.load(Ordering::Relaxed) > 0
    }
}

/// Finds the lines in the bytes read, wherever they are split.
#[derive(Debug)]
pub(crate) struct Scanner {
    lengths: Lengths,
    /// How many bytes of [`LINE`] the last bytes matched.
    matched: usize,
}

impl Scanner {
    pub(crate) fn new(lengths: Lengths) -> Self {
        Self { lengths, matched: 0 }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.matched = match LINE.get(self.matched) {
                Some(expected) if byte.eq_ignore_ascii_case(expected) => self.matched + 1,
                _ => usize::from(*byte == b'\n'),
            };
            if self.matched == LINE.len() {
                self.lengths.0.fetch_add(1, Ordering::Relaxed);
                self.matched = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn headers(names: &[&'static str]) -> HeaderMap {
        names.iter().map(|name| (HeaderName::from_static(name), HeaderValue::from_static("1"))).collect()
    }

    #[test]
    fn a_length_that_vanished_beside_a_coding_is_noticed_however_it_was_cut() {
        let text =
            b"POST / HTTP/1.1\r\nX: content-length: 1\r\n\nConTent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n";
        for size in 1..text.len() {
            let lengths = Lengths::default();
            let mut scanner = Scanner::new(lengths.clone());
            text.chunks(size).for_each(|piece| scanner.feed(piece));
            assert_eq!(lengths.0.load(Ordering::Relaxed), 1, "{size}");
            assert!(lengths.contradict(&headers(&["transfer-encoding"])));
        }
    }

    #[test]
    fn requests_with_one_of_both_do_not_contradict_themselves_or_each_other() {
        let lengths = Lengths::default();
        let mut scanner = Scanner::new(lengths.clone());
        scanner.feed(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n");
        assert!(!lengths.contradict(&headers(&["content-length"])));
        scanner.feed(b"xPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert!(!lengths.contradict(&headers(&["transfer-encoding"])));
        assert!(!lengths.contradict(&headers(&[])));
    }
}
