//! Which of several representations a client prefers.

use http::HeaderMap;
use http::header::ACCEPT;

/// The offered media type that `Accept` weighs highest (RFC 9110 §12.5.1), the first of those that weigh alike. Without `Accept`, or
/// if it takes none of them, the first: a representation that was not asked for tells more than a refusal.
pub fn preferred<'a>(request: &HeaderMap, offered: &[&'a str]) -> &'a str {
    let ranges: Vec<(&str, f32)> = request
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(range)
        .collect();
    let mut best = (offered.first().copied().unwrap_or_default(), 0.0);
    for media_type in offered {
        let weight = weight(media_type, &ranges);
        if weight > best.1 {
            best = (media_type, weight);
        }
    }
    best.0
}

/// A media range and its weight.
fn range(text: &str) -> (&str, f32) {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().unwrap_or_default();
    let weight = parts.find_map(|parameter| parameter.strip_prefix("q=")).and_then(|q| q.parse().ok());
    (range, weight.unwrap_or(1.0))
}

/// The weight that the most specific range gives a media type.
fn weight(media_type: &str, ranges: &[(&str, f32)]) -> f32 {
    let of = |pattern: &str| ranges.iter().find(|(range, _)| range.eq_ignore_ascii_case(pattern)).map(|(_, q)| *q);
    let group = media_type.split('/').next().unwrap_or_default();
    of(media_type).or_else(|| of(&format!("{group}/*"))).or_else(|| of("*/*")).unwrap_or(0.0)
}
