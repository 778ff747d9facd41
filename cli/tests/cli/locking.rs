//! `federation compose --locked`.

use crate::support::{
    Place, Server, index,
    place::{DOCUMENT, LOCK},
};
use serde_json::json;

const LOCKED: [&str; 3] = ["federation", "compose", "--locked"];

/// A place with a URL, a path, and what was composed from them; the server is gone.
fn composed() -> (Place, String) {
    let server = Server::start();
    let place = Place::with(&[
        json!({ "repo": "a", "index": "a.yaml", "domain": "d" }),
        json!({ "repo": "b", "url": server.index("/b.yaml", &index("b", 0..2)), "domain": "d" }),
    ]);
    place.write("a.yaml", &index("a", 0..1));
    place.run(&["federation", "compose"]).ended(0);
    let document = place.read(DOCUMENT);
    (place, document)
}

#[test]
fn the_same_bytes_come_again_without_any_fetch() {
    let (place, document) = composed();
    let lock = place.read(LOCK);
    place.write(DOCUMENT, "");
    let ran = place.run(&LOCKED).ended(0);
    assert!(ran.out.contains("b     locked   -      2 "), "{ran:?}");
    assert_eq!((place.read(DOCUMENT), place.read(LOCK), ran.err.as_str()), (document, lock, ""));
}

#[test]
fn what_is_missing_is_named_and_nothing_is_written() {
    let (place, document) = composed();
    place.clear_cache();
    place.write("a.yaml", &index("a", 0..2));
    let ran = place.run(&LOCKED).ended(1);
    assert!(ran.err.contains("\n  a: a.yaml has changed since the lock was written\n"), "{ran:?}");
    assert!(ran.err.contains("\n  b: the snapshot sha256:") && ran.err.contains(" is not in the cache\n"), "{ran:?}");
    assert_eq!((ran.out.as_str(), place.read(DOCUMENT)), ("", document));
}

#[test]
fn without_a_lock_it_says_how_to_get_one() {
    let place = Place::with(&[]);
    let ran = place.run(&LOCKED).ended(1);
    assert!(ran.err.starts_with(&format!(
        "error: there is no lock file at {LOCK}\nhint: create it with `reuse-surface hub sync`"
    )));
}

#[test]
fn a_lock_that_does_not_fit_the_manifest_is_refused() {
    let (place, document) = composed();
    let a = json!({ "repo": "a", "index": "a.yaml", "domain": "d" });
    let b = |domain: &str, enabled: bool| json!({ "repo": "b", "url": "https://h/b", "domain": domain, "enabled": enabled });
    let new = json!({ "repo": "c", "url": "https://h/c", "domain": "d", "required": true });
    for (manifest, why) in [
        (vec![a.clone()], "b: the manifest has no enabled source of this name"),
        (vec![a.clone(), b("d", false)], "b: the manifest has no enabled source of this name"),
        (vec![a.clone(), b("other", true)], "b: the manifest has a different `domain` or `required`"),
        (vec![a.clone(), b("d", true), new], "c: it is required but not in the lock"),
    ] {
        place.manifest(&manifest);
        let ran = place.run(&LOCKED).ended(1);
        assert!(ran.err.contains(&format!("does not match the manifest\n  {why}\nhint: ")), "{ran:?}");
        assert_eq!(place.read(DOCUMENT), document);
    }
    place.manifest(&[a, b("d", true), json!({ "repo": "c", "url": "https://h/c", "domain": "d" })]);
    assert!(place.run(&LOCKED).ended(0).err.starts_with("warning: c is not in the lock"));
    assert_eq!(place.read(DOCUMENT), document);
}

#[test]
fn a_lock_that_is_damaged_is_refused() {
    let (place, _) = composed();
    let lock = place.read(LOCK);
    for (from, to) in
        [("version: 1", "version: 2"), ("repo: a", "repo: z"), ("required", "wanted"), ("sha256:", "md5:")]
    {
        place.write(LOCK, &lock.replacen(from, to, 1));
        let ran = place.run(&LOCKED).ended(1);
        assert!(ran.err.starts_with(&format!("error: {LOCK} is not a lock file\n")), "{from}: {ran:?}");
    }
    place.write(LOCK, &lock.replacen("capability_count: 2", "capability_count: 3", 1));
    assert!(place.run(&LOCKED).ended(1).err.contains("\n  b: its snapshot has 2 capabilities instead of 3\n"));
}
