//! The id of a request: in its log lines, in its answer, and in what the component says about it.

use http::{HeaderMap, HeaderName, HeaderValue};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id that a proxy gave, if it is short and plain (the component has the same rule), else a new one.
pub(crate) fn of(headers: &HeaderMap) -> HeaderValue {
    headers.get(X_REQUEST_ID).filter(|id| is_usable(id)).cloned().unwrap_or_else(new)
}

fn is_usable(id: &HeaderValue) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=128).contains(&id.len()) && id.as_bytes().iter().all(plain)
}

/// Differs from all others, here and in other processes. It need not be a secret, so that no system call is spent on it.
fn new() -> HeaderValue {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let id = SEED.hash_one(COUNT.fetch_add(1, Ordering::Relaxed));
    HeaderValue::from_str(&format!("{id:016x}")).unwrap_or(HeaderValue::from_static("0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(id: &'static str) -> HeaderValue {
        of(&HeaderMap::from_iter([(X_REQUEST_ID, HeaderValue::from_static(id))]))
    }

    #[test]
    fn a_plain_id_is_kept_and_any_other_is_replaced() {
        assert_eq!(given("trace-1.a_B"), "trace-1.a_B");
        for id in ["", "<script>", "a b", &*"x".repeat(129).leak()] {
            let new = given(id);
            assert!(new != id && is_usable(&new), "{id} became {new:?}");
        }
        assert_ne!(of(&HeaderMap::new()), of(&HeaderMap::new()));
    }
}
