//! Headers, one per line: the result is one of the offers, and does not depend on how the list was cut into lines.
#![no_main]

use federation::negotiation::{coding, has_entity_tag, preferred};

const OFFERS: &[(u8, &[&str])] =
    &[(0, &["application/yaml", "application/x-yaml", "text/yaml"]), (1, &["application/json"]), (2, &["text/html"])];

libfuzzer_sys::fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.split('\n').collect();
    let forward = || lines.iter().copied();
    let backward = || lines.iter().rev().copied();
    let joined = lines.join(", ");

    let chosen = preferred(forward(), OFFERS);
    assert_eq!(chosen, preferred(backward(), OFFERS));
    assert_eq!(coding(forward()), coding(backward()));
    let tagged = has_entity_tag(forward(), "\"a\"");
    assert_eq!(tagged, has_entity_tag(backward(), "\"a\""));
    assert!(!tagged || text.contains("\"a\"") || text.contains('*'));
    if !text.contains('"') {
        assert_eq!(chosen, preferred([joined.as_str()], OFFERS));
        assert_eq!(coding(forward()), coding([joined.as_str()]));
    }
    match chosen {
        // The chosen offer is also chosen if it is the only one; if none is chosen, none is chosen alone either.
        Some(offer) => {
            let alone: Vec<_> = OFFERS.iter().copied().filter(|(other, _)| *other == offer).collect();
            assert_eq!(preferred(forward(), &alone), Some(offer));
        }
        None => assert!(OFFERS.iter().all(|offer| preferred(forward(), &[*offer]).is_none())),
    }
});
