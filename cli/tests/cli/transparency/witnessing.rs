//! A witness detects a hub that shows two histories, and readers ask what it has seen.

use super::{NAME, Shown, public, secret, synced};
use crate::mirroring::against;
use crate::support::{Place, Ran, Server};
use federation::digest::Digest;
use federation::transparency::{Kind, Note, Opened, SigningKey, VerifierKey};
use serde_json::{Value, json};

fn key(byte: u8) -> SigningKey {
    SigningKey::new(&format!("witness.example/w{byte}"), Kind::Witness, &[byte; 32]).unwrap()
}

/// Lets a witness look at the hub.
fn look(place: &Place, hub: &Server, byte: u8, more: &[&str]) -> Ran {
    let file = format!("w{byte}.key");
    place.write(&file, &key(byte).secret());
    let state = format!("witnessed-{byte}");
    let url = hub.url("");
    let command = ["witness", "--key-file", &file, "--state", &state, "--log-key", &public(1), &url, "-o", "json"];
    place.run(&[&command[..], more].concat())
}

fn outcome(ran: &Ran) -> Value {
    ran.json()["logs"][0]["outcome"].clone()
}

fn checkpoint_of(place: &Place, byte: u8, origin: &str) -> Opened {
    let path = format!("witnessed-{byte}/{}/checkpoint", Digest::of(origin.as_bytes()).hex());
    Opened::cosigned(Note::parse(&place.read(&path)).unwrap(), &key(byte).verifier()).unwrap()
}

/// The witness on a command line, with where it publishes.
fn at(byte: u8) -> String {
    format!("{}=witnessed-{byte}", key(byte).verifier())
}

#[test]
fn a_witness_signs_a_log_that_only_grows() {
    let (hub, place, log) = synced();
    assert_eq!(outcome(&look(&place, &hub, 1, &[]).ended(0)), "first-seen");
    assert_eq!(checkpoint_of(&place, 1, "log.example/1").checkpoint.size, 4);
    log.clone().grown(7).at(&hub);
    assert_eq!(outcome(&look(&place, &hub, 1, &[]).ended(0)), "cosigned");
    let seen = checkpoint_of(&place, 1, "log.example/1");
    assert_eq!(seen.checkpoint.size, 7);
    assert!(Opened::open(seen.note, &VerifierKey::parse(&public(1), Kind::Log).unwrap()).is_ok());
    // With another key of the log, the memory is the same.
    Shown { keys: vec![secret(2)], ..log.clone().grown(7).with(0, "others") }.at(&hub);
    assert_eq!(outcome(&look(&place, &hub, 1, &["--log-key", &public(2)]).ended(1)), "forked");
}

#[test]
fn a_hub_that_shows_two_histories_is_found_out() {
    let (hub, place, log) = synced();
    look(&place, &hub, 1, &[]).ended(0);
    let before = checkpoint_of(&place, 1, "log.example/1");
    let folder = format!("witnessed-1/{}", Digest::of(b"log.example/1").hex());
    let forked = log.clone().with(2, "others");
    for (shown, expected) in [
        (forked.clone(), "forked"),
        (forked.clone().grown(6), "forked"),
        (Shown { leaves: log.leaves[..3].to_vec(), ..log.clone() }, "shorter"),
        (Shown { history: "2", ..log.clone() }, "another-history"),
    ] {
        shown.at(&hub);
        let ran = look(&place, &hub, 1, &[]).ended(1);
        assert_eq!(outcome(&ran), expected, "{ran:?}");
        assert!(ran.err.starts_with("error: 1 of 1 logs were not signed\n"), "{ran:?}");
        assert_eq!(checkpoint_of(&place, 1, "log.example/1"), before);
    }
    // The evidence is signed by the log itself.
    forked.at(&hub);
    look(&place, &hub, 1, &[]).ended(1);
    let evidence = Note::parse(&place.read(&format!("{folder}/conflict"))).unwrap();
    let evidence = Opened::open(evidence, &VerifierKey::parse(&public(1), Kind::Log).unwrap()).unwrap();
    assert_eq!(evidence.checkpoint.size, before.checkpoint.size);
    assert_ne!(evidence.checkpoint.root, before.checkpoint.root);
    // An operator who accepts that the log begins again says so.
    let restored = Shown { history: "2", ..log };
    restored.at(&hub);
    assert_eq!(outcome(&look(&place, &hub, 1, &["--accept", &format!("{NAME}/2")]).ended(0)), "first-seen");
    assert_eq!(outcome(&look(&place, &hub, 1, &[]).ended(0)), "cosigned");
    // A log that is not trusted, and a damaged memory.
    Shown { keys: vec![secret(9)], ..restored }.at(&hub);
    assert_eq!(outcome(&look(&place, &hub, 1, &[]).ended(1)), "failed");
    place.write(&format!("{folder}/checkpoint"), "nothing\n");
    assert_eq!(outcome(&look(&place, &hub, 1, &[]).ended(1)), "failed");
}

#[test]
fn a_reader_demands_that_witnesses_saw_the_revision() {
    let (hub, place, log) = synced();
    // The first witness saw it at another size than the second; the third saw the log before it.
    look(&place, &hub, 1, &[]).ended(0);
    log.clone().grown(6).at(&hub);
    look(&place, &hub, 2, &[]).ended(0);
    Shown { leaves: log.leaves[..3].to_vec(), ..log.clone() }.at(&hub);
    look(&place, &hub, 3, &[]).ended(0);
    log.clone().grown(6).at(&hub);
    let (one, two, three) = (at(1), at(2), at(3));
    let sync = ["hub", "sync", "--witness", &one, "--witness", &two, "--witness", &three];
    let ran = against(&place, &hub, &sync).ended(1);
    assert!(ran.err.starts_with("error: 2 of the 3 witnesses that are needed have seen this revision\n"), "{ran:?}");
    let ran = against(&place, &hub, &[&sync[..], &["--witnesses", "2", "-o", "json"]].concat()).ended(0);
    let seen = json!({"origin": "log.example/1", "size": 6, "witnesses": ["witness.example/w1", "witness.example/w2"]});
    assert_eq!(ran.json()["log"], seen);
    // The lock has what they signed.
    drop(hub);
    let (one, two, three) =
        (one.split('=').next().unwrap(), two.split('=').next().unwrap(), three.split('=').next().unwrap());
    let locked = ["federation", "compose", "--locked", "--log-key", &public(1), "--witness", one, "--witness", two];
    assert_eq!(place.run(&[&locked[..], &["-o", "json"]].concat()).ended(0).json()["log"], seen);
    let ran = place.run(&[&locked[..], &["--witness", three]].concat()).ended(1);
    assert!(ran.err.contains("2 of the 3 witnesses"), "{ran:?}");
    let stranger = key(9).verifier().to_string();
    let ran = place.run(&["federation", "compose", "--locked", "--witness", &stranger]).ended(1);
    assert!(ran.err.contains("0 of the 1 witnesses"), "{ran:?}");
}

#[test]
fn a_reader_learns_from_a_witness_that_the_hub_shows_it_another_history() {
    let (hub, place, log) = synced();
    // The witness sees a fork that the reader does not.
    log.clone().with(1, "others").grown(5).at(&hub);
    look(&place, &hub, 1, &[]).ended(0);
    log.grown(6).at(&hub);
    let one = at(1);
    let ran = against(&place, &hub, &["federation", "verify", "--witness", &one]).ended(1);
    assert!(ran.err.contains("shows a different history to the witness witness.example/w1\n"), "{ran:?}");
    // A place with other content, and a key that did not sign.
    let other = format!("{}=witnessed-1", key(2).verifier());
    let ran = against(&place, &hub, &["federation", "verify", "--witness", &other]).ended(1);
    assert!(ran.err.contains("\n  it has no signature by witness.example/w2\n"), "{ran:?}");
    let ran = against(&place, &hub, &["federation", "verify", "--witness", &format!("{one}-elsewhere")]).ended(2);
    assert!(ran.err.contains("cannot be read"), "{ran:?}");
}

#[test]
fn a_witness_publishes_on_the_web() {
    let (hub, place, _) = synced();
    look(&place, &hub, 1, &[]).ended(0);
    let seen = checkpoint_of(&place, 1, "log.example/1");
    let folder = Digest::of(b"log.example/1");
    hub.set(
        &format!("/w/{}/checkpoint", folder.hex()),
        200,
        "content-type: text/plain\r\n",
        seen.note.to_string().as_bytes(),
    );
    let one = format!("{}={}", key(1).verifier(), hub.url("/w"));
    let ran = against(&place, &hub, &["federation", "verify", "--witness", &one]).ended(0);
    assert!(ran.out.ends_with("of 4 revisions, seen by witness.example/w1\n"), "{ran:?}");
}
