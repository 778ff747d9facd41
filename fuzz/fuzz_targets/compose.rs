//! Indexes with a line `%%` between them, as sources of one document: YAML and JSON say the same, nothing is lost, and the steps from one
//! source's entries to the next one's can be replayed.
#![no_main]

use federation::compose::{Document, Filter, Format, Fragment, SourceLine, conflicts, digest};
use federation::diff::{apply, diff};
use federation::digest::Digest;
use federation::schema::{self, Schema};
use federation::{index, search, yaml};
use serde_json::Value;
use std::collections::BTreeMap;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (mut sources, mut fragments, mut before) = (Vec::new(), Vec::new(), Vec::new());
    for (number, text) in text.split("\n%%\n").take(5).enumerate() {
        let Some(index) = index::check(text.as_bytes()).index else { continue };
        let repo = format!("source-{number}");
        let fragment = Fragment::render(&repo, "domain", &index).expect("what was accepted can be written");
        let entries = search::entries(&fragment.json).expect("a fragment can be searched");
        let after: Vec<Value> = entries.into_iter().map(|(entry, _)| entry).collect();
        assert_eq!(after.iter().filter_map(|entry| entry["id"].as_str()).collect::<Vec<_>>(), fragment.ids);
        let mut replayed = before;
        for step in diff(&replayed.clone(), &after) {
            assert!(apply(&mut replayed, &step), "{step:?}");
        }
        assert_eq!(replayed, after);
        before = after;
        sources.push(SourceLine {
            repo,
            url: "https://example.org/".to_owned(),
            domain: "domain".to_owned(),
            required: false,
            index_digest: Digest::of(text.as_bytes()),
            capability_count: fragment.ids.len(),
            via: Vec::new(),
        });
        fragments.push(fragment);
    }
    let ids = sources.iter().zip(&fragments);
    let ids = ids.map(|(source, fragment)| (source.repo.as_str(), fragment.ids.iter().map(String::as_str)));
    let document = Document {
        revision: 1,
        digest: digest(&sources),
        composed_at: Some(0),
        filter: Filter::default(),
        conflicts: conflicts(ids),
        provenance: BTreeMap::new(),
        sources,
    };
    let as_json = document.render(Format::Json, fragments.iter().map(|f| f.json.as_str())).expect("JSON");
    let as_yaml = document.render(Format::Yaml, fragments.iter().map(|f| f.yaml.as_str())).expect("YAML");
    let value: Value = serde_json::from_str(&as_json).expect("what is published can be read");
    assert_eq!(yaml::parse(&as_yaml).expect("what is published can be read"), value);
    let capabilities = value["capabilities"].as_array().expect("a list");
    assert_eq!(capabilities.len(), fragments.iter().map(|fragment| fragment.ids.len()).sum::<usize>());
    assert!(schema::violations(Schema::Federated, &value).is_empty(), "{as_json}");
    for conflict in value["conflicts"].as_array().expect("a list") {
        let entries = capabilities.iter().filter(|entry| entry["id"] == conflict["id"]).count();
        assert_eq!(Some(entries), conflict["repos"].as_array().map(Vec::len));
    }
});
