//! `federation diff`.

use crate::support::{Place, Ran, program};
use serde_json::{Value, json};

/// Repo, domain, and ids with a number each.
type Source<'a> = (&'a str, &'a str, &'a [(&'a str, u32)]);

fn document(sources: &[Source<'_>]) -> Value {
    let line = |(repo, domain, capabilities): &Source<'_>| {
        json!({ "repo": repo, "url": format!("https://h/{repo}"), "domain": domain, "required": false,
            "index_digest": format!("sha256:{}", "a".repeat(64)), "capability_count": capabilities.len() })
    };
    let capabilities = sources.iter().flat_map(|(repo, domain, capabilities)| {
        capabilities.iter().map(move |(id, n)| json!({ "id": id, "source_repo": repo, "domain": domain, "n": n }))
    });
    json!({ "version": 1, "revision": 1, "digest": format!("sha256:{}", "b".repeat(64)), "composed_at": "2026-11-24T08:12:53Z",
        "sources": sources.iter().map(line).collect::<Vec<_>>(), "conflicts": [],
        "capabilities": capabilities.collect::<Vec<_>>() })
}

fn before() -> Value {
    document(&[("a", "d", &[("x.y", 1), ("x.z", 1)]), ("b", "d", &[("b.b", 1)])])
}

#[test]
fn equal_documents_end_with_zero_whatever_their_form_and_revision() {
    let place = Place::new();
    place.write("a.json", &before().to_string());
    let mut other = before();
    other["revision"] = 9.into();
    place.write("b.yaml", &federation::yaml::to_string(&other).unwrap());
    let ran = place.run(&["federation", "diff", "a.json", "b.yaml"]).ended(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "the documents have the same sources and capabilities\n"));
}

#[test]
fn differences_are_told_source_by_source() {
    let place = Place::new();
    place.write("a.json", &before().to_string());
    let after = document(&[("a", "e", &[("x.z", 2), ("x.w", 1)]), ("c", "d", &[])]);
    place.write("b.json", &after.to_string());
    let ran = place.run(&["federation", "diff", "a.json", "b.json"]).ended(1);
    assert_eq!(
        ran.out,
        "OP       REPO  ID\n\
         changed  a     (source: domain)\n\
         removed  b     (source)\n\
         added    c     (source)\n\
         removed  a     x.y\n\
         added    a     x.w\n\
         changed  a     x.z\n\
         removed  b     b.b\n"
    );
    let value = place.run(&["federation", "diff", "a.json", "b.json", "-o", "json"]).ended(1).json();
    assert_eq!(value["identical"], false);
    assert_eq!(value["items"][0]["before"]["id"], "x.y");
    let replayed: Vec<_> = value["items"].as_array().unwrap().iter().map(|it| (&it["op"], &it["position"])).collect();
    assert_eq!(replayed[1], (&json!("added"), &json!(1)));
}

#[test]
fn one_document_may_come_from_standard_input() {
    let place = Place::new();
    place.write("a.json", &before().to_string());
    let mut diff = program(&["federation", "diff", "a.json", "-"]);
    let input = std::fs::File::open(place.path("a.json")).unwrap();
    Ran::of(diff.current_dir(place.path(".")).stdin(input)).ended(0);
    assert!(place.run(&["federation", "diff", "-", "-"]).ended(2).err.contains("only one of the documents"));
}

#[test]
fn what_is_no_document_ends_with_two() {
    let place = Place::new();
    place.write("a.json", &before().to_string());
    place.write("b.yaml", "version: 1\ncapabilities: []\n");
    for (name, expected) in [
        ("b.yaml", "error: b.yaml is not a federated document\n  the field `revision` is missing: add it\n"),
        ("none", "error: none cannot be read\n"),
    ] {
        let ran = place.run(&["federation", "diff", "a.json", name]).ended(2);
        assert!(ran.err.starts_with(expected), "{ran:?}");
    }
}
