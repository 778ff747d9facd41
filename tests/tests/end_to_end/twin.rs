//! The same bytes everywhere: the component in WebAssembly and the native domain code compose identical documents.

use anyhow::{Context as _, Result};
use end_to_end::{Hub, Sources};
use federation::compose::{Document, Filter, Format, Fragment, SourceLine, conflicts, digest};
use federation::index;
use federation::time::Seconds;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Values as people and tools write them, including those that YAML readers misinterpret.
fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        prop::sample::select(vec![
            "no",
            "yes",
            "~",
            "null",
            "014",
            "1e3",
            "0x1F",
            "2026-11-24",
            "=",
            "<<",
            "- a",
            "# x",
            ": ",
            " x ",
            "a\nb\n",
            ""
        ])
        .prop_map(Value::from),
        "[ -~äöü€😀]{0,40}".prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        text,
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null),
        (-1.0e6..1.0e6_f64).prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z-]{1,8}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// An index as YAML text; its ids are unique in it but shared between indexes.
fn an_index() -> impl Strategy<Value = String> {
    prop::collection::btree_map(0..20_u8, prop::collection::vec(("x-[a-z]{1,6}", value()), 0..5), 1..8).prop_map(
        |entries| {
            let capabilities: Vec<Value> = entries
                .into_iter()
                .map(|(id, extra)| {
                    let mut entry = Map::from_iter(extra);
                    entry.insert("name".into(), json!(format!("Number {id}")));
                    entry.insert("id".into(), json!(format!("capability.n{id}")));
                    Value::Object(entry)
                })
                .collect();
            federation::yaml::to_string(&json!({"version": 1, "capabilities": capabilities})).expect("yaml")
        },
    )
}

/// Composes natively from the files that a mirror can download.
async fn natively(hub: &Hub, format: Format) -> Result<String> {
    let manifest = hub.get("/v1/federated/manifest").await?.json();
    let sources: Vec<SourceLine> = serde_json::from_value(manifest["sources"].clone())?;
    let mut fragments = Vec::new();
    for line in &sources {
        let bytes = hub.get(&format!("/v1/indexes/{}", line.index_digest)).await?.text;
        let index = index::check(bytes.as_bytes()).index.context("a published index is valid")?;
        fragments.push(Fragment::render(&line.repo, &line.domain, &index)?);
    }
    let ids = sources.iter().zip(&fragments).map(|(line, f)| (line.repo.as_str(), f.ids.iter().map(String::as_str)));
    let document = Document {
        revision: manifest["revision"].as_u64().context("a number")?,
        digest: digest(&sources),
        composed_at: seconds(&manifest["composed_at"]),
        filter: Filter::default(),
        conflicts: conflicts(ids),
        provenance: BTreeMap::new(),
        sources: sources.clone(),
    };
    let rendered = fragments.iter().map(|f| match format {
        Format::Json => f.json.as_str(),
        Format::Yaml => f.yaml.as_str(),
    });
    Ok(document.render(format, rendered)?)
}

/// The seconds of a time from the hub.
fn seconds(time: &Value) -> Option<Seconds> {
    let text = time.as_str()?;
    // Searches for the second that the domain would format in the same way, near the current time.
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().ok()?.as_secs() as Seconds;
    (now - 600..now + 60).find(|at| federation::time::rfc3339(*at) == text)
}

#[tokio::test]
async fn native_code_gives_the_component_s_bytes_in_any_order_of_registering() -> Result<()> {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for case in 0..12 {
        let texts: Vec<String> =
            prop::collection::vec(an_index(), 4).new_tree(&mut runner).map_err(|e| anyhow::anyhow!("{e}"))?.current();
        let mut documents = Vec::new();
        for reversed in [false, true] {
            let (hub, sources) = (Hub::start()?, Sources::start()?);
            let mut order: Vec<usize> = (0..texts.len()).collect();
            if reversed {
                order.reverse();
            }
            for i in order {
                hub.register(&format!("repo-{i}"), &sources.index(&format!("/{i}"), &texts[i])).await?;
            }
            for format in [Format::Json, Format::Yaml] {
                let served = hub.get(&format!("/v1/federated?format={}", format.as_str())).await?.text;
                assert_eq!(natively(&hub, format).await?, served, "case {case}: {texts:?}");
                if format == Format::Json {
                    let document: Value = serde_json::from_str(&served)?;
                    documents.push(document["capabilities"].to_string());
                }
            }
        }
        assert_eq!(documents[0], documents[1], "case {case}");
    }
    Ok(())
}
