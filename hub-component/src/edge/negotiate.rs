//! Content negotiation: the answer, or the problem that says what there is.

use super::lines;
use crate::problem::{Problem, kinds};
use federation::negotiation::{self, Coding};
use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_ENCODING};

/// The offer that the client prefers, each with the media types it goes by, of which the first is its own.
///
/// # Errors
/// `not-acceptable` if it takes none of them.
pub fn preferred<T: Copy>(request: &HeaderMap, offers: &[(T, &[&str])]) -> Result<T, Problem> {
    negotiation::preferred(lines(request, ACCEPT), offers).ok_or_else(|| {
        let names: Vec<String> =
            offers.iter().filter_map(|(_, names)| names.first()).map(|name| format!("`{name}`")).collect();
        Problem::new(
            &kinds::NOT_ACCEPTABLE,
            format!("This can be had as {}; `Accept` takes none of them. Send another, or none.", names.join(" and ")),
        )
    })
}

/// The media type that the client prefers. The first if it takes none of them, where what was not asked for tells more than a refusal.
pub fn preferred_type<'a>(request: &HeaderMap, offered: &[&'a str]) -> &'a str {
    let offers: Vec<(&str, &[&str])> = offered.iter().map(|name| (*name, std::slice::from_ref(name))).collect();
    let first = offered.first().copied().unwrap_or_default();
    negotiation::preferred(lines(request, ACCEPT), &offers).unwrap_or(first)
}

/// The coding that the client prefers.
///
/// # Errors
/// `not-acceptable` if it takes neither gzip nor the bytes as they are.
pub fn coding(request: &HeaderMap) -> Result<Coding, Problem> {
    negotiation::coding(lines(request, ACCEPT_ENCODING)).ok_or_else(|| {
        Problem::new(
            &kinds::NOT_ACCEPTABLE,
            "This can be had with `gzip` and without compression; `Accept-Encoding` takes neither. Send another, or none.",
        )
    })
}
