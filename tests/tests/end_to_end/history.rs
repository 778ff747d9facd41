//! Revisions, and how clients follow them.

use anyhow::Result;
use end_to_end::{Behaviour, Hub, Sources, index};
use federation::compose::{Conflicts, Document, Filter, Format, SourceLine, digest};
use federation::diff::{Change, apply};
use federation::digest::Digest;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A generator whose seed reproduces a run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// An index with up to 12 of 16 capabilities in some order, each in one of three versions.
fn random_index(random: &mut Random) -> String {
    let mut entries: Vec<u64> = (0..16).collect();
    let mut text = "version: 1\ncapabilities:\n".to_owned();
    let count = random.below(12) + 1;
    for _ in 0..count {
        let entry = entries.remove(random.below(entries.len() as u64) as usize);
        text.push_str(&format!("- id: capability.n{entry}\n  name: Version {}\n", random.below(3)));
    }
    text
}

async fn random_operation(hub: &Hub, sources: &Sources, random: &mut Random) -> Result<()> {
    let repo = format!("repo-{}", random.below(4));
    let path = format!("/{repo}");
    let one = format!("/v1/repos/{repo}");
    match random.below(10) {
        0..=2 => {
            let url = sources.index(&path, &random_index(random));
            hub.write(Method::POST, "/v1/repos?require_valid=true", &json!({"repo": repo, "url": url, "domain": "d"}))
                .await?;
        }
        3..=5 => {
            sources.index(&path, &random_index(random));
            hub.write(Method::POST, &format!("{one}/refresh"), &Value::Null).await?;
        }
        6 => {
            sources.set(&path, Behaviour::Index(b"broken: [".to_vec()));
            hub.write(Method::POST, &format!("{one}/refresh"), &Value::Null).await?;
        }
        7 => {
            let patch = json!({"domain": format!("d{}", random.below(2)), "enabled": random.below(3) > 0});
            hub.write(Method::PATCH, &one, &patch).await?;
        }
        8 => drop(hub.write(Method::POST, &format!("{one}/release"), &Value::Null).await?),
        _ => drop(hub.write(Method::DELETE, &one, &Value::Null).await?),
    }
    Ok(())
}

/// A document's capabilities by source, in order.
fn by_source(document: &Value) -> BTreeMap<String, Vec<Value>> {
    let mut lists: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for entry in document["capabilities"].as_array().into_iter().flatten() {
        lists.entry(entry["source_repo"].as_str().unwrap_or_default().to_owned()).or_default().push(entry.clone());
    }
    lists
}

/// Builds a document from the `head` of a page of changes and the replayed lists.
fn document(head: &Value, lists: &BTreeMap<String, Vec<Value>>) -> String {
    let document = Document {
        revision: head["revision"].as_u64().expect("revision"),
        digest: Digest::parse(head["digest"].as_str().expect("digest")).expect("digest"),
        composed_at: head["composed_at"].as_str().map(|_| 0),
        filter: Filter::default(),
        sources: serde_json::from_value(head["sources"].clone()).expect("sources"),
        provenance: BTreeMap::new(),
        conflicts: Conflicts {
            listed: serde_json::from_value(head["conflicts"].clone()).expect("conflicts"),
            omitted: 0,
        },
    };
    let fragments: Vec<String> = lists
        .values()
        .filter(|list| !list.is_empty())
        .map(|list| list.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n"))
        .collect();
    let text = document.render(Format::Json, fragments.iter().map(String::as_str)).expect("json");
    match head["composed_at"].as_str() {
        Some(at) => text.replace("1970-01-01T00:00:00Z", at),
        None => text,
    }
}

#[tokio::test]
async fn replaying_the_changes_from_any_revision_gives_the_newest_document() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let seed = 0x5eed_2026_1124;
    let mut random = Random(seed);
    for _ in 0..120 {
        random_operation(&hub, &sources, &mut random).await?;
    }
    let newest = hub.get("/v1/federated?format=json").await?;
    let count = newest.json()["revision"].as_u64().expect("revision");
    assert!(count > 30, "seed {seed:x} made only {count} revisions");

    let log = hub.get("/v1/federated/revisions?limit=1000").await?.json();
    let numbers: Vec<u64> =
        log["revisions"].as_array().expect("list").iter().filter_map(|r| r["revision"].as_u64()).collect();
    assert_eq!(numbers, (1..=count).rev().collect::<Vec<_>>(), "gap-free, newest first");

    for since in 0..=count {
        let start = match since {
            0 => json!({"capabilities": []}),
            n => {
                let answer = hub.get(&format!("/v1/federated?format=json&revision={n}")).await?;
                assert!(answer.header("cache-control").contains("immutable"));
                answer.json()
            }
        };
        let mut lists = by_source(&start);
        let mut from = since;
        let head = loop {
            let page = hub.get(&format!("/v1/changes?since={from}&limit=7")).await?.json();
            for item in page["items"].as_array().expect("items") {
                let list = lists.entry(item["source_repo"].as_str().expect("repo").to_owned()).or_default();
                let change: Change = serde_json::from_value(item.clone())?;
                assert!(apply(list, &change), "seed {seed:x}, since {since}: {item} does not fit");
            }
            let Some(next) = page["next"].as_u64() else { break page["head"].clone() };
            from = next;
        };
        assert_eq!(document(&head, &lists), newest.text, "seed {seed:x}, since {since}");
    }
    Ok(())
}

#[tokio::test]
async fn a_manifest_and_its_snapshots_are_all_a_mirror_needs() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let text = index(&["capability.a"]);
    hub.register("a", &sources.index("/a", &text)).await?;
    hub.register("b", &sources.index("/b", &index(&["capability.b"]))).await?;
    let manifest = hub.get("/v1/federated/manifest").await?.json();
    let lines: Vec<SourceLine> = serde_json::from_value(manifest["sources"].clone())?;
    assert_eq!(manifest["digest"], digest(&lines).as_str());
    assert_eq!((&manifest["revision"], &manifest["parent"]), (&json!(2), &json!(1)));
    let snapshot = hub.get(&format!("/v1/indexes/{}", lines[0].index_digest)).await?;
    assert_eq!(snapshot.text, text, "the exact bytes");
    assert_eq!(Digest::of(snapshot.text.as_bytes()), lines[0].index_digest);
    let path = format!("/v1/indexes/{}", lines[0].index_digest);
    let again = hub.request(Method::GET, &path).header("if-none-match", snapshot.header("etag"));
    assert_eq!(hub.send(again).await?.status, 304);
    let first = hub.get("/v1/federated/manifest?revision=1").await?.json();
    assert_eq!((first["sources"].as_array().map(Vec::len), &first["parent"]), (Some(1), &Value::Null));
    Ok(())
}

#[tokio::test]
async fn what_does_not_exist_is_told_from_what_is_gone() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    for (path, status, code) in [
        ("/v1/federated?revision=9", 404, "revision-not-found"),
        ("/v1/federated?revision=0", 404, "revision-not-found"),
        ("/v1/federated/manifest?revision=9", 404, "revision-not-found"),
        ("/v1/changes?since=9", 404, "revision-not-found"),
        ("/v1/changes", 400, "invalid-query"),
        ("/v1/changes?since=-1", 400, "invalid-query"),
        ("/v1/federated/revisions?cursor=nonsense", 400, "invalid-query"),
        ("/v1/indexes/sha256:0", 404, "snapshot-not-found"),
        (
            "/v1/indexes/sha256:0000000000000000000000000000000000000000000000000000000000000000",
            404,
            "snapshot-not-found",
        ),
    ] {
        let answer = hub.get(path).await?;
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)), "{path}");
    }
    Ok(())
}
