//! Content negotiation: the chosen representation, or a problem that lists those available.

use super::lines;
use crate::problem::{Problem, kinds};
use api::exposition::Exposition;
use federation::negotiation::{self, Coding};
use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_ENCODING};

/// Returns the offer that the client prefers. Each offer lists its media types, of which the first is its own and the others are aliases.
///
/// # Errors
/// `not-acceptable` if the client accepts none of them.
pub fn preferred<T: Copy>(request: &HeaderMap, offers: &[(T, &[&str])]) -> Result<T, Problem> {
    negotiation::preferred(lines(request, ACCEPT), offers).ok_or_else(|| {
        let names: Vec<String> =
            offers.iter().filter_map(|(_, names)| names.first()).map(|name| format!("`{name}`")).collect();
        Problem::new(
            &kinds::NOT_ACCEPTABLE,
            format!(
                "This is available as {}; `Accept` allows none of them. Change or omit `Accept`.",
                names.join(" and ")
            ),
        )
    })
}

/// Returns the media type that the client prefers, or the first if it accepts none: any representation is more useful than a refusal.
pub fn preferred_type<'a>(request: &HeaderMap, offered: &[&'a str]) -> &'a str {
    let offers: Vec<(&str, &[&str])> = offered.iter().map(|name| (*name, std::slice::from_ref(name))).collect();
    let first = offered.first().copied().unwrap_or_default();
    negotiation::preferred(lines(request, ACCEPT), &offers).unwrap_or(first)
}

/// Returns the format of metrics that the client prefers, or the default if it accepts none: a probe that cannot choose gets the one that everything reads.
pub fn exposition(request: &HeaderMap) -> Exposition {
    let [prometheus, open_metrics] = Exposition::ALL;
    let offers = [(prometheus, &[prometheus.media_type()][..]), (open_metrics, &[open_metrics.media_type()][..])];
    negotiation::preferred_in_any_version(lines(request, ACCEPT), &offers).unwrap_or(prometheus)
}

/// Returns the content coding that the client prefers.
///
/// # Errors
/// `not-acceptable` if the client accepts neither gzip nor the uncompressed bytes.
pub fn coding(request: &HeaderMap) -> Result<Coding, Problem> {
    negotiation::coding(lines(request, ACCEPT_ENCODING)).ok_or_else(|| {
        Problem::new(
            &kinds::NOT_ACCEPTABLE,
            "This is available with `gzip` and uncompressed; `Accept-Encoding` allows neither. Change or omit `Accept-Encoding`.",
        )
    })
}
