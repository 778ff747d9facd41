//! The id of a request: in its log lines, in its answer, and in what the component says about it.

use api::headers::{REQUEST_ID, is_request_id};
use http::{HeaderMap, HeaderValue};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id that a proxy gave, if it is short and plain, else a new one.
pub(crate) fn of(headers: &HeaderMap) -> HeaderValue {
    headers.get(REQUEST_ID).filter(|id| is_request_id(id)).cloned().unwrap_or_else(new)
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
        of(&HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static(id))]))
    }

    #[test]
    fn a_plain_id_is_kept_and_any_other_is_replaced() {
        assert_eq!(given("trace-1.a_B"), "trace-1.a_B");
        for id in ["", "<script>", "a b", &*"x".repeat(129).leak()] {
            let new = given(id);
            assert!(new != id && is_request_id(&new), "{id} became {new:?}");
        }
        assert_ne!(of(&HeaderMap::new()), of(&HeaderMap::new()));
    }
}
