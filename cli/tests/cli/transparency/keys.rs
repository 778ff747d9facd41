//! `log keygen`, and what `serve` says about its key.

use crate::support::Place;
use federation::transparency::{Kind, SigningKey};
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn a_key_is_written_for_its_owner_and_its_public_part_printed() {
    let place = Place::new();
    for (kind, flag, file) in [(Kind::Log, None, "log.key"), (Kind::Witness, Some("--witness"), "witness.key")] {
        let command: Vec<&str> = ["log", "keygen", "hub.example", "--key-file", file].into_iter().chain(flag).collect();
        let ran = place.run(&command).ended(0);
        let secret = SigningKey::parse(place.read(file).trim_end(), kind).unwrap();
        assert_eq!(ran.out, format!("{}\n", secret.verifier()));
        let mode = place.path(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let ran = place.run(&command).ended(1);
        assert!(ran.err.contains("an existing one is never replaced"), "{ran:?}");
        assert_eq!(SigningKey::parse(place.read(file).trim_end(), kind).unwrap().secret(), secret.secret());
    }
    assert_ne!(place.read("log.key"), place.read("witness.key"));
    let ran = place.run(&["log", "keygen", "two words", "--key-file", "third.key"]).ended(2);
    assert!(ran.err.contains("`two words` cannot be the name of a key") && !place.has("third.key"), "{ran:?}");
}

#[test]
fn a_hub_does_not_start_with_a_key_that_is_none() {
    let place = Place::new();
    let witness = SigningKey::new("witness.example", Kind::Witness, &[1; 32]).unwrap().secret();
    let log = |name: &str| SigningKey::new(name, Kind::Log, &[1; 32]).unwrap().secret();
    for (text, why) in [
        ("nonsense".to_owned(), "a private key begins with"),
        (" \n".to_owned(), "it is empty"),
        (witness.clone(), "it is the key of a witness, not of a log"),
        (format!("{}\n{}", log("a"), log("b")), "all keys of a log must have the same name"),
    ] {
        place.write("log.key", &text);
        let serve = ["serve", "--listen", "127.0.0.1:0", "--data-dir", "data", "--log-key-file", "log.key"];
        let ran = place.run(&serve).ended(2);
        assert!(
            ran.err.contains(why) && ran.err.contains("hint: create one with `reuse-surface log keygen"),
            "{ran:?}"
        );
        assert!(text.trim().is_empty() || !ran.err.contains(text.trim()), "{ran:?}");
    }
}
