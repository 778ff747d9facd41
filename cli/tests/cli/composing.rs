//! `federation compose`.

use crate::support::{
    Place, Server, index,
    place::{DOCUMENT, LOCK},
};
use serde_json::{Value, json};

const COMPOSE: [&str; 2] = ["federation", "compose"];

fn remote(repo: &str, url: &str) -> Value {
    json!({ "repo": repo, "url": url, "domain": "d" })
}

fn required(repo: &str, url: &str) -> Value {
    json!({ "repo": repo, "url": url, "domain": "d", "required": true })
}

fn ids(document: &Value) -> Vec<&str> {
    document["capabilities"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect()
}

fn report(place: &Place, exit: i32) -> Value {
    place.run(&[&COMPOSE[..], &["-o", "json"]].concat()).ended(exit).json()
}

#[test]
fn urls_and_paths_are_composed_into_one_document() {
    let server = Server::start();
    let url = server.index("/b.yaml", &index("b", 0..2));
    let place = Place::with(&[
        remote("b", &url),
        json!({ "repo": "a", "index": "some/a.yaml", "domain": "d", "required": true }),
        json!({ "repo": "c", "index": "none.yaml", "domain": "d", "enabled": false }),
    ]);
    place.write("some/a.yaml", &index("a", 0..1));
    let ran = place.run(&COMPOSE).ended(0);
    assert!(ran.out.contains("a     accepted  fresh     1             -\n"), "{ran:?}");
    assert!(ran.out.contains("c     disabled  disabled  0             -\n"), "{ran:?}");
    assert!(ran.out.ends_with(&format!("{DOCUMENT}: revision 0, 3 capabilities of 2 sources\n")), "{ran:?}");
    let document = place.document();
    assert_eq!(ids(&document), ["a.n0.x", "b.n0.x", "b.n1.x"]);
    assert_eq!((&document["revision"], &document["composed_at"]), (&json!(0), &Value::Null));
    assert!(federation::schema::violations(federation::schema::Schema::Federated, &document).is_empty());
    let lock = federation::yaml::parse(&place.read(LOCK)).unwrap();
    assert_eq!((&lock["sources"][0]["index"], &lock["sources"][1]["url"]), (&json!("some/a.yaml"), &json!(url)));
    assert_eq!(place.names("registry/federation"), ["federated.yaml", "sources.lock.yaml", "sources.yaml"]);
}

#[test]
fn a_file_is_replaced_only_if_it_is_a_document_or_if_that_was_asked_for() {
    let place = Place::with(&[json!({ "repo": "a", "index": "a.yaml", "domain": "d" })]);
    place.write("a.yaml", &index("a", 0..1));
    place.write("notes.md", "# Notes\n");
    place.write("empty.yaml", "");
    let compose =
        |file: &str, more: &[&str], exit| place.run(&[&COMPOSE[..], &["--output", file], more].concat()).ended(exit);
    for file in ["a.yaml", "notes.md", "registry/federation/sources.yaml"] {
        let before = place.read(file);
        let ran = compose(file, &[], 1);
        assert!(ran.err.contains(&format!("{file} was not replaced")) && ran.err.contains("--force"), "{ran:?}");
        assert_eq!(place.read(file), before);
    }
    assert!(!place.has(LOCK), "nothing else is written either");
    assert!(compose(LOCK, &[], 2).err.contains("is the path of the lock file"));
    for file in ["new.yaml", "empty.yaml", "new.yaml"] {
        compose(file, &[], 0);
        compose(file, &["--format", "json"], 0);
        compose(file, &["--locked"], 0);
    }
    compose("notes.md", &["--force"], 0);
    assert!(place.read("notes.md").starts_with("version: 1\n"));
}

#[test]
fn standard_output_gets_the_document_alone_and_no_file_is_written() {
    let place = Place::with(&[json!({ "repo": "a", "index": "a.yaml", "domain": "d" })]);
    place.write("a.yaml", &index("a", 0..1));
    let ran = place.run(&[&COMPOSE[..], &["--output", "-", "--format", "json"]].concat()).ended(0);
    assert_eq!(ids(&ran.json()), ["a.n0.x"]);
    // Files alone need no cache either.
    assert_eq!((place.names("registry/federation"), place.has("cache")), (vec!["sources.yaml".to_owned()], false));
}

#[test]
fn what_did_not_change_is_asked_for_and_not_sent_again() {
    let server = Server::start();
    let place = Place::with(&[remote("a", &server.index("/a.yaml", &index("a", 0..1)))]);
    assert_eq!(report(&place, 0)["sources"][0]["outcome"], "accepted");
    let before = place.read(DOCUMENT);
    assert_eq!(report(&place, 0)["sources"][0]["outcome"], "unchanged");
    assert_eq!(place.read(DOCUMENT), before);
    let asked = server.asked();
    assert_eq!((asked[0].header("if-none-match"), asked[1].header("if-none-match").is_some()), (None, true));
}

#[test]
fn a_source_that_fails_now_contributes_what_was_accepted() {
    let server = Server::start();
    let place = Place::with(&[remote("a", &server.index("/a.yaml", &index("a", 0..1)))]);
    place.run(&COMPOSE).ended(0);
    let before = place.read(DOCUMENT);
    server.index("/a.yaml", "version: 1\ncapabilities:\n- id: 7\n");
    let value = report(&place, 0);
    assert_eq!(
        (&value["sources"][0]["state"], &value["sources"][0]["diagnostics"][0]["line"]),
        (&json!("stale"), &json!(3))
    );
    drop(server);
    let ran = place.run(&COMPOSE).ended(0);
    assert!(ran.err.starts_with("warning: a is stale: connect-failed: "), "{ran:?}");
    assert!(ran.err.contains("; the snapshot that was valid at 20"), "{ran:?}");
    assert_eq!(place.read(DOCUMENT), before);
}

#[test]
fn a_source_that_never_was_valid_contributes_nothing_and_is_no_success() {
    let server = Server::start();
    let url = server.index("/b.yaml", &index("b", 0..1));
    let place = Place::with(&[remote("a", &server.url("/none")), remote("b", &url)]);
    let ran = place.run(&COMPOSE).ended(1);
    assert!(
        ran.err.starts_with("error: 1 source contributes nothing: no valid index is known\n  a: http-status: "),
        "{ran:?}"
    );
    assert_eq!(ids(&place.document()), ["b.n0.x"]);
}

#[test]
fn the_reason_of_a_local_source_is_a_code_that_is_explained() {
    let local = |repo: &str| json!({ "repo": repo, "index": format!("{repo}.yaml"), "domain": "d" });
    let place = Place::with(&[local("broken"), local("missing")]);
    place.write("broken.yaml", "capabilities: []\n");
    let value = report(&place, 1);
    let sources = value["sources"].as_array().unwrap();
    let reasons: Vec<&str> = sources.iter().map(|source| source["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["schema-required", "unreadable"]);
    for reason in reasons {
        place.run(&["explain", reason]).ended(0);
    }
}

#[test]
fn without_a_required_source_nothing_is_written() {
    let server = Server::start();
    let place = Place::with(&[remote("a", &server.index("/a.yaml", &index("a", 0..1)))]);
    let old = "version: 1\nrevision: 7\n";
    place.write(DOCUMENT, old);
    place.manifest(&[required("b", &server.url("/none")), remote("a", &server.url("/a.yaml"))]);
    let ran = place.run(&[&COMPOSE[..], &["-o", "json"]].concat()).ended(1);
    assert_eq!(ran.json()["written"], false);
    assert!(
        ran.err.contains("error: a required source has no valid index now, so nothing is written\n  b: http-status: ")
    );
    assert_eq!((place.read(DOCUMENT).as_str(), place.has(LOCK)), (old, false));
    assert_eq!(place.run(&[&COMPOSE[..], &["--output", "-"]].concat()).ended(1).out, "");
}

#[test]
fn a_required_source_is_not_replaced_by_an_old_snapshot() {
    let server = Server::start();
    let place = Place::with(&[required("a", &server.index("/a.yaml", &index("a", 0..1)))]);
    place.run(&COMPOSE).ended(0);
    let before = place.read(DOCUMENT);
    server.set("/a.yaml", 500, "", b"");
    assert!(place.run(&COMPOSE).ended(1).err.contains("\n  a: http-status: "));
    assert_eq!(place.read(DOCUMENT), before);
    place.write("a.yaml", "version: 2\n");
    place.manifest(&[json!({ "repo": "a", "index": "a.yaml", "domain": "d", "required": true })]);
    assert!(place.run(&COMPOSE).ended(1).err.contains("\n  a: unknown-version: "));
    assert_eq!(place.read(DOCUMENT), before);
}

#[test]
fn an_index_that_lost_most_of_its_capabilities_is_held_back_until_it_is_released() {
    let server = Server::start();
    let place = Place::with(&[remote("a", &server.index("/a.yaml", &index("a", 0..12)))]);
    place.run(&COMPOSE).ended(0);
    server.index("/a.yaml", &index("a", 0..2));
    let ran = place.run(&COMPOSE).ended(0);
    assert!(ran.err.contains("warning: a is held: held-shrunk: it has had 2 capabilities instead of 12"), "{ran:?}");
    assert!(ran.err.contains("add --release a\n"), "{ran:?}");
    assert_eq!(ids(&place.document()).len(), 12);
    assert_eq!(report(&place, 0)["sources"][0]["outcome"], "held");
    let ran = place.run(&[&COMPOSE[..], &["--release", "a"]].concat()).ended(0);
    assert_eq!((ids(&place.document()).len(), ran.err.as_str()), (2, ""));
    assert!(place.run(&[&COMPOSE[..], &["--release", "b"]].concat()).ended(2).err.contains("no source `b`\n"));
    // An index that is back to normal is accepted at once.
    server.index("/a.yaml", &index("a", 0..13));
    assert_eq!(report(&place, 0)["sources"][0]["outcome"], "accepted");
}

#[test]
fn a_new_url_takes_over_when_it_delivers() {
    let server = Server::start();
    let place = Place::with(&[remote("a", &server.index("/old.yaml", &index("a", 0..1)))]);
    place.run(&COMPOSE).ended(0);
    place.manifest(&[remote("a", &server.url("/new.yaml"))]);
    assert_eq!(report(&place, 0)["sources"][0]["state"], "stale");
    assert_eq!(place.document()["sources"][0]["url"], server.url("/old.yaml"));
    server.index("/new.yaml", &index("a", 0..2));
    assert_eq!(report(&place, 0)["sources"][0]["state"], "fresh");
    assert_eq!(place.document()["sources"][0]["url"], server.url("/new.yaml"));
}

#[test]
fn a_damaged_cache_is_fetched_again() {
    let server = Server::start();
    let place = Place::with(&[remote("a", &server.index("/a.yaml", &index("a", 0..1)))]);
    place.run(&COMPOSE).ended(0);
    let before = place.read(DOCUMENT);
    for folder in ["snapshots", "sources"] {
        let folder = format!("cache/reuse-surface/{folder}");
        place.write(&format!("{folder}/{}", place.names(&folder)[0]), "rubbish");
        assert_eq!(report(&place, 0)["sources"][0]["state"], "fresh");
        assert_eq!(place.read(DOCUMENT), before);
    }
}

#[test]
fn the_same_id_from_two_sources_is_said() {
    let place = Place::with(&[
        json!({ "repo": "a", "index": "x.yaml", "domain": "d" }),
        json!({ "repo": "b", "index": "x.yaml", "domain": "d" }),
    ]);
    place.write("x.yaml", &index("x", 0..1));
    place.run(&COMPOSE).ended(0);
    assert_eq!(place.document()["conflicts"], json!([{ "id": "x.n0.x", "repos": ["a", "b"] }]));
}

#[test]
fn paths_start_at_the_root_of_the_repository() {
    let place = Place::with(&[json!({ "repo": "a", "index": "a.yaml", "domain": "d" })]);
    place.write("a.yaml", &index("a", 0..1));
    place.write(".git/HEAD", "");
    place.write("else/where", "");
    let mut compose =
        crate::support::program(&["federation", "compose", "--manifest", "../registry/federation/sources.yaml"]);
    crate::support::Ran::of(compose.current_dir(place.path("else"))).ended(0);
    assert_eq!(ids(&place.document()), ["a.n0.x"]);
}

#[test]
fn a_manifest_that_is_wrong_is_refused_line_by_line() {
    let place = Place::new();
    let compose = || place.run(&COMPOSE);
    assert!(compose().ended(2).err.contains("hint: set --manifest to the manifest file"));
    let name = "registry/federation/sources.yaml";
    let sources = |urls: [&str; 2]| {
        let source = |url: &str| format!("- repo: a\n  domain: d\n  url: {url}\n");
        format!("version: 1\nsources:\n{}", urls.map(source).concat())
    };
    place.write(name, &sources(["https://h/a", "https://me:pw@h/a"]));
    let ran = compose().ended(1);
    assert!(ran.err.starts_with(&format!("error: {name} is not a valid manifest\n")), "{ran:?}");
    assert!(ran.err.contains(&format!("\n  {name}:8:8: url-credentials: ")) && !ran.err.contains("pw"), "{ran:?}");
    place.write(name, &sources(["https://h/a", "https://self.alt/b"]));
    assert!(compose().ended(1).err.contains(&format!("\n  {name}:8:8: url-internal: ")));
    place.write(name, &sources(["https://h/a", "https://h/b"]));
    assert!(compose().ended(1).err.contains(&format!("\n  {name}:6:9: duplicate-repo: ")));
    place.write(name, "version: 1\nsources:\n- repo: a\n");
    assert!(compose().ended(1).err.contains(&format!("{name}:3:3: schema-required: ")));
}

#[test]
fn what_cannot_be_written_is_an_error_and_leaves_nothing_behind() {
    let place = Place::with(&[json!({ "repo": "a", "index": "a.yaml", "domain": "d" })]);
    place.write("a.yaml", &index("a", 0..1));
    for file in ["/dev/full", "no/such/folder/f.yaml"] {
        let ran = place.run(&[&COMPOSE[..], &["--output", file]].concat()).ended(1);
        assert!(ran.err.starts_with(&format!("error: {file} cannot be written\n")), "{ran:?}");
    }
    assert_eq!(place.names("registry/federation"), ["sources.yaml"]);
}

#[test]
fn without_a_place_for_the_cache_it_says_what_to_set() {
    let place = Place::with(&[remote("a", "https://example.org/a.yaml")]);
    let mut compose = crate::support::program(&COMPOSE);
    let ran = crate::support::Ran::of(compose.current_dir(place.path(".")).env("XDG_CACHE_HOME", "relative")).ended(2);
    assert!(ran.err.contains("hint: set XDG_CACHE_HOME or HOME to the absolute path of a directory"), "{ran:?}");
}
