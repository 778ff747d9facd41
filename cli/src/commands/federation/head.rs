//! Reads the head of a document. It searches the text instead of parsing it, so that a damaged document can be compared.

use federation::compose::Filter;
use federation::yaml;
use serde::Deserialize as _;
use serde_json::{Deserializer, Value};

/// The revision of the document; `None` if it has no number that a hub would assign.
pub(super) fn revision(document: &[u8]) -> Option<u64> {
    let head = String::from_utf8_lossy(document.get(..256).unwrap_or(document)).into_owned();
    let (_, after) = head.split_once("revision")?;
    let number = after.trim_start_matches(['"', ':', ' ']);
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number.get(..end)?.parse().ok().filter(|number| *number > 0)
}

/// The filter of the document; all sources if it has none.
pub(super) fn filter(document: &[u8]) -> Filter {
    let head = String::from_utf8_lossy(document);
    let value = match head.split_once("\nsources:") {
        Some((head, _)) => head.split_once("\nfilter:\n").and_then(|(_, filter)| yaml::parse(filter).ok()),
        None => head.split_once(",\"filter\":").and_then(|(before, filter)| {
            let value = Deserializer::from_str(filter).into_iter::<Value>().next()?.ok();
            value.filter(|_| !before.contains("\"sources\""))
        }),
    };
    let written = value.and_then(|value| Filter::deserialize(value).ok()).unwrap_or_default();
    // In the hub's order, whatever the document has, because the order is also compared.
    let list = |names: Option<&Vec<String>>| names.map(|names| names.join(",")).filter(|list| !list.is_empty());
    let named = Filter::parse(list(written.domain.as_ref()).as_deref(), list(written.repo.as_ref()).as_deref());
    let Ok(named) = named else { return Filter::default() };
    // An empty list matches nothing and cannot be requested from the hub.
    let none = |names: Option<Vec<String>>| names.filter(Vec::is_empty);
    Filter { domain: named.domain.or(none(written.domain)), repo: named.repo.or(none(written.repo)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_where_a_document_has_it() {
        let of = |document: &str| {
            let Filter { domain, repo } = filter(document.as_bytes());
            (domain.unwrap_or_default().join(" "), repo.unwrap_or_default().join(" "))
        };
        let both = ("a b".to_owned(), "x".to_owned());
        assert_eq!(
            of("version: 1\nfilter:\n  domain:\n  - b\n  - a\n  repo:\n  - x\nsources:\n- repo: [damaged\n"),
            both
        );
        assert_eq!(of(r#"{"revision":1,"filter":{"domain":["b","a"],"repo":["x"]},"sources":[{"damaged"#), both);
        for whole in [
            "version: 1\nsources: []\ncapabilities:\n- filter:\n    domain: [a]\nfilter:\n  domain: [a]\n",
            r#"{"revision":1,"sources":[],"capabilities":[{"id":"x","filter":{"domain":["a"]}}]}"#,
            "version: 1\nfilter:\n  domain: A,B\nsources: []\n",
            "",
        ] {
            assert_eq!(of(whole), (String::new(), String::new()), "{whole}");
        }
    }
}
