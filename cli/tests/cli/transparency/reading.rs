//! What a reader accepts, with a lock that remembers 4 revisions.

use super::{Shown, public, secret, synced};
use crate::mirroring::against;
use crate::support::place::{DOCUMENT, LOCK};
use serde_json::{Value, json};

const VERIFY: [&str; 2] = ["federation", "verify"];
const LOCKED: [&str; 3] = ["federation", "compose", "--locked"];

#[test]
fn a_log_that_goes_on_is_accepted_and_remembered() {
    let (hub, place, log) = synced();
    log.clone().grown(6).at(&hub);
    let ran = against(&place, &hub, &[&VERIFY[..], &["-o", "json"]].concat()).ended(0);
    assert_eq!(ran.json()["log"], json!({"origin": "log.example/1", "size": 6, "witnesses": []}));
    // From now on, it remembers 6 revisions.
    log.at(&hub);
    let before = place.read(LOCK);
    let ran = against(&place, &hub, &VERIFY).ended(1);
    assert!(ran.err.contains("has lost entries\n  seen before: log.example/1 with 6 revisions\n"), "{ran:?}");
    assert_eq!(place.read(LOCK), before);
    log.grown(8).at(&hub);
    against(&place, &hub, &VERIFY).ended(0);
}

#[test]
fn every_forgery_is_refused_and_the_memory_stays() {
    let (hub, place, log) = synced();
    let memory = place.read(LOCK);
    let of_another_key = Shown { keys: vec![secret(9)], ..log.clone() };
    let restored = Shown { history: "2", ..log.clone() };
    let shorter = Shown { leaves: log.leaves[..3].to_vec(), ..log.clone() };
    let mut without_a_revision = log.clone().grown(6);
    without_a_revision.leaves.remove(1);
    for (what, forged, expected) in [
        ("a fork", log.clone().with(1, "others"), "shows a different history than before\n"),
        ("a fork that grew", log.clone().grown(6).with(3, "others"), "shows a different history than before\n"),
        ("a dropped revision", without_a_revision, "shows a different history than before\n"),
        ("an old checkpoint", shorter.clone(), "has lost entries\n"),
        ("a wrong key", of_another_key, "it has no signature by log.example\nhint: the hub may have a new key"),
        ("a restore", restored.clone(), "starts a new history\n"),
        ("a restore that grew", restored.grown(6), "starts a new history\n"),
        ("a restore that lost much", Shown { history: "2", ..shorter }, "starts a new history\n"),
    ] {
        forged.at(&hub);
        for command in [&VERIFY[..], &["hub", "sync"]] {
            let ran = against(&place, &hub, command).ended(1);
            assert!(ran.err.contains(expected), "{what}: {ran:?}");
            assert_eq!(place.read(LOCK), memory, "{what}");
        }
    }
    log.at(&hub);
    against(&place, &hub, &VERIFY).ended(0);
}

#[test]
fn a_revision_that_is_not_in_the_log_is_refused() {
    let (hub, place, log) = synced();
    // The log grew, and its fifth leaf is not revision 5 as in the manifest: revision 4 is moved there.
    let mut moved = log.clone().grown(5);
    moved.leaves.swap(3, 4);
    moved.at(&hub);
    assert!(against(&place, &hub, &VERIFY).ended(1).err.contains("a different history"));
    // This place remembers no log, so only the leaf can be missing.
    let fresh = crate::support::Place::new();
    log.clone().with(3, "others").at(&hub);
    let ran = against(&fresh, &hub, &[&VERIFY[..], &["--log-key", &public(1)]].concat()).ended(1);
    assert!(ran.err.contains("\n  the leaf is not in the tree of the checkpoint\nhint: do not use"), "{ran:?}");
    Shown { leaves: log.leaves[..3].to_vec(), ..log }.at(&hub);
    let ran = against(&fresh, &hub, &[&VERIFY[..], &["--log-key", &public(1)]].concat()).ended(1);
    assert!(ran.err.starts_with("error: revision 4 is not in the transparency log of "), "{ran:?}");
}

#[test]
fn no_bit_of_a_proof_can_be_flipped() {
    let (hub, place, _) = synced();
    for path in ["/v1/log/consistency?old=4", "/v1/log/proof?revision=4&size=4"] {
        let body = hub.body(path);
        let end = body.windows(4).position(|it| it == "— ".as_bytes()).unwrap();
        // Flips a bit in each line before the signature, except the proof's first line.
        let starts = body[..end].iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        for at in starts.filter(|at| *at < end && body[*at] != b'\n') {
            let mut flipped = body.clone();
            flipped[at] ^= 1;
            hub.set(path, 200, "content-type: text/plain\r\n", &flipped);
            let is_in_note = path.contains("proof?") && at > body.windows(2).position(|it| it == b"\n\n").unwrap();
            let ran = against(&place, &hub, &VERIFY);
            // The checkpoint beside the proof of inclusion is not needed: the newest one was checked before.
            assert!(is_in_note || ran.code == Some(1), "{path}, byte {at}: {ran:?}");
        }
        hub.set(path, 200, "content-type: text/plain\r\n", &body);
    }
    against(&place, &hub, &VERIFY).ended(0);
}

#[test]
fn a_lock_proves_by_itself_what_it_was_signed_for() {
    let (hub, place, _) = synced();
    let document = hub.body("/v1/federated?format=yaml&revision=4");
    drop(hub);
    let key = public(1);
    let required = [&LOCKED[..], &["--log-key", &key]].concat();
    for command in [&LOCKED[..], &required] {
        let ran = place.run(command).ended(0);
        let proven = "revision 4 is in the signed log log.example/1 of 4 revisions, seen by no witness\n";
        assert!(ran.out.ends_with(proven), "{ran:?}");
    }
    // A document of the same revision needs no hub either.
    place.write("federated.yaml", std::str::from_utf8(&document).unwrap());
    let verify = ["federation", "verify", "federated.yaml", "--base-url", "http://127.0.0.1:9", "-o", "json"];
    let ran = place.run(&verify).ended(0);
    assert_eq!((ran.json()["offline"].clone(), ran.json()["log"]["size"].clone()), (json!(true), json!(4)));
    place.write("federated.yaml", &format!("{}# more\n", String::from_utf8_lossy(&document)));
    assert!(place.run(&verify).ended(1).err.contains("is not the composition of revision 4"));

    let ran = place.run(&["federation", "compose", "--log-key", &key]).ended(2);
    assert!(ran.err.contains("hint: add --locked"), "{ran:?}");
    let ran = place.run(&[&LOCKED[..], &["--log-key", &public(2)]].concat()).ended(1);
    assert!(ran.err.contains("\n  it has no signature by log.example\n"), "{ran:?}");
    let lock = place.read(LOCK);
    let written = place.read(DOCUMENT);
    for (what, forged) in [
        ("another source", lock.replace("repo: a\n", "repo: aa\n")),
        ("another time", lock.replace("08:19:33", "08:19:34")),
        ("another revision", lock.replace("revision: 4", "revision: 5")),
        ("another size", lock.replace("\n    4\n", "\n    5\n")),
    ] {
        assert_ne!(forged, lock, "{what}");
        place.write(LOCK, &forged);
        let ran = place.run(&required).ended(1);
        assert!(ran.err.contains("does not") || ran.err.contains("not a lock"), "{what}: {ran:?}");
        assert_eq!(place.read(DOCUMENT), written, "{what}");
    }
}

#[test]
fn without_a_proof_a_required_one_is_missed() {
    let (hub, _) = crate::mirroring::hub();
    let place = crate::support::Place::new();
    against(&place, &hub, &["hub", "sync"]).ended(0);
    assert!(!place.read(LOCK).contains("log:"));
    let ran = place.run(&[&LOCKED[..], &["--log-key", &public(1)]].concat()).ended(1);
    assert!(ran.err.contains("error: the lock file has no proof"), "{ran:?}");
    place.run(&LOCKED).ended(0);
    // If the user demands a signed log, a hub without one cannot be verified.
    let problem = json!({"type": "about:blank", "title": "This hub signs no log", "status": 404, "detail": "No key.",
        "code": "log-not-signed"});
    let headers = "content-type: application/problem+json\r\n";
    hub.set("/v1/log/consistency?old=0", 404, headers, problem.to_string().as_bytes());
    let ran = against(&place, &hub, &[&VERIFY[..], &["--log-key", &public(1)]].concat()).ended(1);
    assert!(ran.err.contains("log-not-signed") || ran.err.contains("signs no log"), "{ran:?}");
    assert_eq!(against(&place, &hub, &[&VERIFY[..], &["-o", "json"]].concat()).ended(0).json()["log"], Value::Null);
}

#[test]
fn a_new_key_is_accepted_when_the_reader_says_so() {
    let (hub, place, log) = synced();
    Shown { keys: vec![secret(2), secret(1)], ..log.clone().grown(5) }.at(&hub);
    against(&place, &hub, &VERIFY).ended(0);
    let only_new = Shown { keys: vec![secret(2)], ..log.clone().grown(6) };
    only_new.at(&hub);
    let ran = against(&place, &hub, &VERIFY).ended(1);
    assert!(ran.err.contains("hint: the hub may have a new key: get it from the operator"), "{ran:?}");
    // A thief of the new key alone cannot change the past.
    Shown { keys: vec![secret(2)], ..log.grown(6).with(0, "others") }.at(&hub);
    let new = public(2);
    let with_new = [&VERIFY[..], &["--log-key", &new]].concat();
    assert!(against(&place, &hub, &with_new).ended(1).err.contains("shows a different history than before"));
    only_new.at(&hub);
    against(&place, &hub, &with_new).ended(0);
    against(&place, &hub, &VERIFY).ended(0);
    assert!(place.read(LOCK).contains(&public(2)));
}
