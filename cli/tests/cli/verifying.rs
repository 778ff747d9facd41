//! `federation verify`: what it reproduces and what it rejects.

use crate::mirroring::{against, hub, revision_4};
use crate::support::{Place, Server, index};
use federation::compose::{Format, Fragment, SourceLine};
use federation::digest::Digest;
use federation::index::check;
use serde_json::json;

#[test]
fn verify_reproduces_the_hubs_document() {
    let (hub, document) = hub();
    let place = Place::new();
    let ran = against(&place, &hub, &["federation", "verify"]).ended(0);
    assert!(
        ran.out
            .contains(&format!("revision 4, composed again from its snapshots, {} identical bytes\n", document.len())),
        "{ran:?}"
    );
    let value = against(&place, &hub, &["federation", "verify", "-o", "json"]).ended(0).json();
    assert_eq!((&value["identical"], &value["downloaded"]), (&json!(true), &json!(0)));
}

#[test]
fn verify_finds_a_flipped_byte_in_the_hubs_document() {
    let (hub, document) = hub();
    hub.set(
        "/v1/federated?format=yaml&revision=4",
        200,
        "",
        document.replacen("Capability 2", "Capability 3", 1).as_bytes(),
    );
    let ran = against(&Place::new(), &hub, &["federation", "verify", "-o", "json"]).ended(1);
    let line = document.lines().position(|line| line == "  name: Capability 2").unwrap() + 1;
    let difference = json!({ "line": line, "given": "  name: Capability 3", "composed": "  name: Capability 2" });
    assert_eq!(ran.json()["difference"], difference);
    assert!(
        ran.err.contains(&format!(
            "it differs in line {line}\n  it has      name: Capability 3\n  should be   name: Capability 2\n"
        )),
        "{ran:?}"
    );
}

const COMMIT: &str = "28e1879d029cb852e4844d9c718537df08844e03";

/// A hub with one revision of `a`, which was pushed from a commit of `claimed`, and of `b`, whose commit it does not know. The file at the commit is `at_commit`.
fn pushed(claimed: &str, at_commit: Option<&str>) -> Server {
    let server = Server::start();
    let text = index("a", 0..2);
    let index_digest = Digest::of(text.as_bytes());
    let checked = check(text.as_bytes()).index.unwrap();
    server.set(&format!("/v1/indexes/{index_digest}"), 200, "content-type: application/yaml\r\n", text.as_bytes());
    let line = |repo: &str, url: String| SourceLine {
        repo: repo.to_owned(),
        url,
        domain: "registry".to_owned(),
        required: false,
        index_digest: index_digest.clone(),
        capability_count: 2,
        via: Vec::new(),
    };
    let lines =
        vec![line("a", server.url("/o/r/raw/branch/main/i.yaml")), line("b", "https://example.org/b.yaml".to_owned())];
    let fragments: Vec<Fragment> =
        lines.iter().map(|line| Fragment::render(&line.repo, &line.domain, &checked).unwrap()).collect();
    let document = revision_4(&lines, &fragments);
    let yaml = document.render(Format::Yaml, fragments.iter().map(|it| it.yaml.as_str())).unwrap();
    let provenance = json!({"repository": claimed, "ref": "refs/heads/main", "commit": COMMIT, "verified": true});
    server.json(
        "/v1/federated/manifest",
        &json!({ "version": 1, "revision": 4, "parent": 3, "digest": document.digest,
            "composed_at": "2026-11-24T08:19:33Z", "sources": lines, "provenance": { "a": provenance } }),
    );
    server.set("/v1/federated?format=yaml&revision=4", 200, "content-type: application/yaml\r\n", yaml.as_bytes());
    if let Some(file) = at_commit {
        server.set(&format!("/o/r/raw/commit/{COMMIT}/i.yaml"), 200, "", file.as_bytes());
    }
    server
}

#[test]
fn verify_compares_what_was_pushed_with_the_file_at_its_commit() {
    let same = index("a", 0..2);
    let verify = |hub: &Server, exit| {
        against(&Place::new(), hub, &["federation", "verify", "--commits", "-o", "json"]).ended(exit)
    };
    let ran = verify(&pushed("o/r", Some(&same)), 0);
    assert_eq!(ran.json()["commits"], json!({ "same": ["a"], "different": [], "unread": [], "unknown": ["b"] }));
    let ran = verify(&pushed("o/r", Some(&index("a", 0..3))), 1);
    let different = &ran.json()["commits"]["different"][0];
    assert_eq!((&different["repo"], &different["commit"]), (&json!("a"), &json!(COMMIT)));
    assert!(ran.err.starts_with("error: 1 sources of revision 4 do not have the bytes of their commits\n"), "{ran:?}");
    let ran = verify(&pushed("o/other", Some(&same)), 1);
    assert_eq!(ran.json()["commits"]["different"][0]["why"], "the index is in o/r, not in o/other");
    let ran = verify(&pushed("o/r", None), 1);
    assert_eq!(ran.json()["commits"]["unread"][0]["repo"], "a");
    assert!(ran.err.starts_with("error: 1 sources of revision 4 could not be compared"), "{ran:?}");
    let ran = against(&Place::new(), &pushed("o/r", None), &["federation", "verify", "-o", "json"]).ended(0);
    assert_eq!(ran.json()["commits"], json!(null), "only if asked for");
}

#[test]
fn verify_compares_a_file_with_its_own_revision() {
    let (hub, document) = hub();
    let place = Place::new();
    place.write("f.yaml", &document);
    let verify = |name: &str, exit| against(&place, &hub, &["federation", "verify", name]).ended(exit);
    verify("f.yaml", 0);
    let mut bytes = document.clone().into_bytes();
    let last = bytes.len() - 2;
    bytes[last] ^= 0x80;
    std::fs::write(place.path("f.yaml"), bytes).unwrap();
    assert!(verify("f.yaml", 1).err.contains(&format!("it differs in line {}\n", document.lines().count())));
    place.write("f.yaml", &document[..document.len() - 40]);
    verify("f.yaml", 1);
    place.write("f.yaml", &document.replace("revision: 4", "revision: 0"));
    assert!(verify("f.yaml", 1).err.contains("is not the document of a hub's revision"));
    verify("none.yaml", 2);
}
