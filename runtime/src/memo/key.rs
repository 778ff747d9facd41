//! The key of a cached response.

use http::header::{ACCEPT, ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH, ORIGIN};
use http::{HeaderName, Method, Request};

/// All headers that a cached response may depend on, besides method and target. The component knows this list too.
const HEADERS: [HeaderName; 5] = [ACCEPT, ACCEPT_ENCODING, IF_NONE_MATCH, IF_MODIFIED_SINCE, ORIGIN];

/// Longest key, in bytes. A longer one is unlikely to occur again.
const MAX_KEY: usize = 4 << 10;

/// `None` if no response to this request is ever cached.
pub(crate) fn key<B>(request: &Request<B>) -> Option<Vec<u8>> {
    let method = match *request.method() {
        Method::GET => b'G',
        Method::HEAD => b'H',
        _ => return None,
    };
    let target = request.uri().path_and_query()?.as_str();
    let mut key = Vec::with_capacity(target.len() + 128);
    key.push(method);
    key.extend_from_slice(target.as_bytes());
    for header in &HEADERS {
        // Neither separator can occur in a target or in a value.
        key.push(b'\0');
        for value in request.headers().get_all(header) {
            key.extend_from_slice(value.as_bytes());
            key.push(b'\n');
        }
    }
    (key.len() <= MAX_KEY).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn of(method: Method, target: &str, headers: &[(&str, &str)]) -> Option<Vec<u8>> {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        key(&request.body(()).unwrap())
    }

    #[test]
    fn requests_that_may_be_answered_differently_have_different_keys() {
        let keys: HashSet<_> = [
            of(Method::GET, "/a", &[]),
            of(Method::HEAD, "/a", &[]),
            of(Method::GET, "/b", &[]),
            of(Method::GET, "/a?b", &[]),
            of(Method::GET, "/a", &[("accept", "x")]),
            of(Method::GET, "/a", &[("accept-encoding", "x")]),
            of(Method::GET, "/a", &[("if-none-match", "x")]),
            of(Method::GET, "/a", &[("if-modified-since", "x")]),
            of(Method::GET, "/a", &[("origin", "x")]),
            of(Method::GET, "/a", &[("accept", "x"), ("accept", "y")]),
            of(Method::GET, "/a", &[("accept", "x, y")]),
        ]
        .into_iter()
        .map(Option::unwrap)
        .collect();
        assert_eq!(keys.len(), 11);
    }

    #[test]
    fn what_an_answer_may_not_depend_on_is_not_in_the_key() {
        let plain = of(Method::GET, "/a", &[]);
        assert_eq!(of(Method::GET, "http://other.test/a", &[("host", "x"), ("x-request-id", "1")]), plain);
        assert!(plain.is_some());
    }

    #[test]
    fn writes_and_oversized_requests_have_none() {
        assert_eq!(of(Method::POST, "/a", &[]), None);
        assert_eq!(of(Method::GET, "/a", &[("accept", &"x".repeat(MAX_KEY))]), None);
    }
}
