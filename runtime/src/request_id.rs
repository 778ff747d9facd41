//! The id of a request. It appears in the log, in the response and in the component's output.

use api::headers::{REQUEST_ID, is_request_id};
use http::{HeaderMap, HeaderValue};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id set by a proxy if it is short and plain, otherwise a new one.
pub(crate) fn of(headers: &HeaderMap) -> HeaderValue {
    headers.get(REQUEST_ID).filter(|id| is_request_id(id)).cloned().unwrap_or_else(new)
}

/// Creates an id that is unique across processes. It need not be secret, so no system call is spent on it.
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
