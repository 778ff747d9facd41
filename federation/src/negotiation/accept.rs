//! `Accept` (RFC 9110 §12.5.1).

use super::elements::{DEFAULT_WEIGHT, parameter, split, weight};

/// One media range.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Has a parameter that no offer has.
    foreign: bool,
    weight: u16,
}

/// The offer that a client prefers, among representations with several media types each; `None` if it accepts none.
///
/// The higher weight wins, then an explicit name over a wildcard, then the earlier offer. Without a header, or with no
/// valid element in it, the first offer is returned. Invalid elements are ignored. A parameter other than
/// `charset=utf-8` matches no offer.
pub fn preferred<'a, T: Copy>(lines: impl IntoIterator<Item = &'a str>, offers: &[(T, &[&str])]) -> Option<T> {
    choose(&read(lines), offers)
}

/// As [`preferred`], for media types whose version and other parameters make no difference here.
pub fn preferred_in_any_version<'a, T: Copy>(
    lines: impl IntoIterator<Item = &'a str>,
    offers: &[(T, &[&str])],
) -> Option<T> {
    let ranges = read(lines).into_iter().map(|range| Range { foreign: false, ..range });
    choose(&ranges.collect::<Vec<_>>(), offers)
}

fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<Range<'a>> {
    lines.into_iter().flat_map(|line| split(line, b',')).filter_map(Range::read).collect()
}

fn choose<T: Copy>(ranges: &[Range<'_>], offers: &[(T, &[&str])]) -> Option<T> {
    if ranges.is_empty() {
        return offers.first().map(|(offer, _)| *offer);
    }
    let mut best: Option<((u16, u8), T)> = None;
    for (offer, names) in offers {
        let Some(quality) = quality(ranges, names).filter(|(weight, _)| *weight > 0) else { continue };
        if best.is_none_or(|(other, _)| quality > other) {
            best = Some((quality, *offer));
        }
    }
    best.map(|(_, offer)| offer)
}

/// Weight and precision of the most precise range that matches one of the names.
fn quality(ranges: &[Range<'_>], names: &[&str]) -> Option<(u16, u8)> {
    let covering = |range: &Range<'_>| names.iter().filter_map(|name| range.precision(name)).max();
    let (precision, weight) =
        ranges.iter().filter_map(|range| covering(range).map(|precision| (precision, range.weight))).max()?;
    Some((weight, precision))
}

impl<'a> Range<'a> {
    fn read(element: &'a str) -> Option<Self> {
        let mut parts = split(element, b';');
        let name = parts.next()?;
        // A lone star is not a valid range, but Java's own client sends it.
        let (kind, subtype) = if name == "*" { ("*", "*") } else { name.split_once('/')? };
        if !is_token(kind) || !is_token(subtype) || (kind == "*" && subtype != "*") {
            return None;
        }
        let mut range = Self { kind, subtype, foreign: false, weight: DEFAULT_WEIGHT };
        for part in parts {
            let (name, value) = parameter(part);
            if name.eq_ignore_ascii_case("q") {
                range.weight = weight(value)?;
                break;
            }
            range.foreign |= !(name.eq_ignore_ascii_case("charset") && value.eq_ignore_ascii_case("utf-8"));
        }
        Some(range)
    }

    /// How precisely the range matches a media type, from 0 for any; `None` if it does not match.
    fn precision(&self, media_type: &str) -> Option<u8> {
        let (kind, subtype) = media_type.split_once('/')?;
        match (self.kind, self.subtype) {
            _ if self.foreign => None,
            ("*", _) => Some(0),
            (own, "*") if own.eq_ignore_ascii_case(kind) => Some(1),
            (own, sub) if own.eq_ignore_ascii_case(kind) && sub.eq_ignore_ascii_case(subtype) => Some(2),
            _ => None,
        }
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERS: &[(&str, &[&str])] =
        &[("yaml", &["application/yaml", "application/x-yaml", "text/yaml"]), ("json", &["application/json"])];

    #[test]
    fn chooses_as_rfc_9110_says() {
        for (lines, expected) in [
            (&[][..], Some("yaml")),
            (&[""], Some("yaml")),
            (&["*/*"], Some("yaml")),
            (&["application/json"], Some("json")),
            (&["APPLICATION/JSON"], Some("json")),
            (&["application/yaml"], Some("yaml")),
            (&["application/x-yaml"], Some("yaml")),
            (&["text/yaml"], Some("yaml")),
            (&["text/*"], Some("yaml")),
            (&["application/*"], Some("yaml")),
            // Weights, then precision, then the hub's own order.
            (&["application/yaml;q=0.5, application/json"], Some("json")),
            (&["application/yaml; q=0.8, application/json; q=0.9"], Some("json")),
            (&["application/json, application/yaml"], Some("yaml")),
            (&["application/json, text/plain, */*"], Some("json")),
            (&["application/json;q=0.5, */*;q=0.1"], Some("json")),
            (&["application/json;q=0.5, */*"], Some("yaml")),
            (&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], Some("yaml")),
            (&["*/*", "application/json"], Some("json")),
            // The more precise range decides, whatever its weight and place.
            (&["*/*, application/yaml;q=0"], Some("json")),
            (&["application/yaml;q=0, application/*;q=0.2"], Some("json")),
            (&["application/json;q=0"], None),
            (&["application/json;q=0, */*"], Some("yaml")),
            (&["*/*;q=0"], None),
            (&["application/yaml;q=0, text/yaml"], Some("yaml")),
            (&["text/html"], None),
            (&["application/xml;q=1.0, application/json;q=0.0"], None),
            // Parameters.
            (&["application/json; charset=utf-8"], Some("json")),
            (&["application/json;charset=\"UTF-8\";q=0.3, application/yaml;q=0.2"], Some("json")),
            (&["application/json;version=2"], None),
            (&["application/json;version=2, application/yaml;q=0.1"], Some("yaml")),
            (&["application/json;q=1;extension=\"a,b\", application/yaml"], Some("yaml")),
            (&["application/json;profile=\"a,text/yaml\""], None),
            // Invalid elements are ignored.
            (&["json"], Some("yaml")),
            (&["application/json;q=much"], Some("yaml")),
            (&["*/json, application/json"], Some("json")),
            (&["text/html, image/gif, *; q=.2, */*; q=.2"], Some("yaml")),
            (&["application/json;q=.5, application/yaml;q=.4"], Some("json")),
            (&[",,;;,", "application/json"], Some("json")),
        ] {
            assert_eq!(preferred(lines.iter().copied(), OFFERS), expected, "{lines:?}");
        }
        assert_eq!(preferred::<()>(["*/*"], &[]), None);
    }

    #[test]
    fn a_collector_gets_what_it_prefers_in_whatever_version() {
        let offers: &[(&str, &[&str])] = &[("text", &["text/plain"]), ("open", &["application/openmetrics-text"])];
        for (line, expected) in [
            ("*/*", Some("text")),
            ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", Some("text")),
            ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", Some("open")),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3",
                Some("open"),
            ),
            ("application/openmetrics-text;version=0.0.1;q=0.1,text/plain;version=0.0.4;q=0.3", Some("text")),
            ("application/openmetrics-text;q=0,*/*", Some("text")),
            ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", None),
        ] {
            assert_eq!(preferred_in_any_version([line], offers), expected, "{line}");
        }
    }
}
