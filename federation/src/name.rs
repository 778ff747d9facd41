//! Names of repos and domains, by the rules of `schemas/federation.schema.yaml`.

/// Whether a repo may have this name: `$defs/repo` of the schema.
pub fn is_repo(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.len() <= 100 && name.bytes().all(plain)
}

/// Whether a domain may have this name: `$defs/domain` of the schema.
pub(crate) fn is_domain(name: &str) -> bool {
    is_repo(name) && name.len() <= 64 && !name.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registration::Registration;
    use serde_json::json;

    #[test]
    fn the_schema_has_the_same_rules() {
        let (long, longer) = ("a".repeat(64), "a".repeat(101));
        for name in [
            "a",
            "0",
            "a.b",
            "a_b-c",
            "",
            ".a",
            "-a",
            "_a",
            "A",
            "aB",
            "a b",
            "é",
            "a/b",
            &long,
            &longer[..65],
            &longer[..100],
            &longer,
        ] {
            let with = |repo: &str, domain: &str| {
                let document = json!({"repo": repo, "domain": domain, "url": "https://example.org/i.yaml"});
                Registration::from_value(&document).is_ok()
            };
            assert_eq!(with(name, "d"), is_repo(name), "repo `{name}`");
            assert_eq!(with("r", name), is_domain(name), "domain `{name}`");
        }
    }
}
