//! Identifiers of ARD (Appendix C): `urn:air:<publisher>:<part>…`.

use super::words::is_made_of;

/// Longest identifier, in bytes. Those of a hub have the longest host, repo and id at most.
const MAX_BYTES: usize = 600;

/// Whether a text is an identifier of ARD: `^urn:air:[a-zA-Z0-9.-]+(:[a-zA-Z0-9._-]+)+$`.
pub fn is_identifier(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("urn:air:").filter(|_| text.len() <= MAX_BYTES) else { return false };
    let Some((publisher, parts)) = rest.split_once(':') else { return false };
    is_made_of(publisher, b".-") && parts.split(':').all(|part| is_made_of(part, b"._-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_exactly_the_form_that_the_standard_gives() {
        for text in
            ["urn:air:a:b", "urn:air:Hub.example-1.org:a_b:c.d-E:f", "urn:air:ard-conformance.invalid:probe:not-found"]
        {
            assert!(is_identifier(text), "{text}");
        }
        let long = format!("urn:air:a:{}", "b".repeat(MAX_BYTES));
        for text in [
            "",
            "not-a-valid-ard-urn",
            "urn:air:",
            "urn:air:a",
            "urn:air:a:",
            "urn:air::b",
            "urn:air:a::b",
            "urn:air:a_b:c",
            "urn:air:a:b c",
            "urn:air:a:b\n",
            "urn:air:a:ü",
            "urn:air:a:b%3Ac",
            "urn:ai:a:b",
            " urn:air:a:b",
            "urn:air:a:b/c",
            "urn:air:a:b\0",
            &long,
        ] {
            assert!(!is_identifier(text), "{text:?}");
        }
    }
}
