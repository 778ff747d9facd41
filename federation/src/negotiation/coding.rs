//! `Accept-Encoding` (RFC 9110 §12.5.3).

use super::elements::{DEFAULT_WEIGHT, parameter, split, weight};

/// The content coding of a representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// No coding.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
}

/// The coding that a client prefers; `None` if it accepts neither.
///
/// gzip is only sent to a client that named it, at least by `*`. Uncoded bytes are always allowed unless refused. If
/// the weights are equal, gzip wins.
pub fn coding<'a>(lines: impl IntoIterator<Item = &'a str>) -> Option<Coding> {
    let (mut gzip, mut identity, mut any) = (None, None, None);
    for element in lines.into_iter().flat_map(|line| split(line, b',')) {
        let mut parts = split(element, b';');
        let Some(name) = parts.next() else { continue };
        let given = match parts.map(parameter).find(|(name, _)| name.eq_ignore_ascii_case("q")) {
            None => DEFAULT_WEIGHT,
            Some((_, value)) => match weight(value) {
                Some(weight) => weight,
                None => continue,
            },
        };
        let slot = match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => &mut gzip,
            "identity" => &mut identity,
            "*" => &mut any,
            _ => continue,
        };
        *slot = (*slot).max(Some(given));
    }
    let gzip = gzip.or(any).unwrap_or(0);
    // Neither refused nor named: ranks below everything that was named.
    let identity = identity.or(any).unwrap_or(1);
    match (gzip, identity) {
        (0, 0) => None,
        (gzip, identity) if gzip >= identity => Some(Coding::Gzip),
        _ => Some(Coding::Identity),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chooses_as_rfc_9110_says() {
        let (plain, gzip) = (Some(Coding::Identity), Some(Coding::Gzip));
        for (lines, expected) in [
            (&[][..], plain),
            (&[""], plain),
            (&["gzip"], gzip),
            (&["x-gzip"], gzip),
            (&["GZIP"], gzip),
            (&["deflate, gzip, br, zstd"], gzip),
            (&["br", "gzip"], gzip),
            (&["br"], plain),
            (&["*"], gzip),
            (&["identity"], plain),
            (&["gzip;q=0.001"], gzip),
            (&["gzip;q=0"], plain),
            (&["gzip; q=0.0, *"], plain),
            (&["gzip;q=0.5, identity;q=0.5"], gzip),
            (&["gzip;q=0.5, identity"], plain),
            (&["gzip;q=0.5, identity;q=0.6, *;q=1"], plain),
            (&["identity;q=0, gzip;q=0.1"], gzip),
            (&["*;q=0, gzip"], gzip),
            (&["*;q=0, identity"], plain),
            (&["identity;q=0"], None),
            (&["*;q=0"], None),
            (&["gzip;q=0, identity;q=0, br"], None),
            (&["gzip;q=very"], plain),
            (&[";q=1, ,;"], plain),
        ] {
            assert_eq!(coding(lines.iter().copied()), expected, "{lines:?}");
        }
    }
}
