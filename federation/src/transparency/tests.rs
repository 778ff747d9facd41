//! Tested against published values: those of Go's `sumdb/note`, C2SP's specifications, and the tests of Certificate Transparency.

use super::tile::{Tiles, WIDTH, needed, parse, path_of, width};
use super::*;

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETERS_NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const SUM_DB: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const SUM_DBS_NOTE: &str = "go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n\
    — sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n";
const EXAMPLE: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLES_NOTE: &str = "This is an example message.\n\n\
    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

fn log_key(text: &str) -> VerifierKey {
    VerifierKey::parse(text, Kind::Log).unwrap()
}

#[test]
fn notes_of_others_are_verified_and_written_as_they_write_them() {
    for (key, text) in [(PETER, PETERS_NOTE), (SUM_DB, SUM_DBS_NOTE), (EXAMPLE, EXAMPLES_NOTE)] {
        let note = Note::parse(text).unwrap();
        assert_eq!(note.is_signed_by(&log_key(key)), Ok(true), "{key}");
        assert_eq!(note.to_string(), text);
        let another = if key == PETER { SUM_DB } else { PETER };
        assert_eq!(note.is_signed_by(&log_key(another)), Ok(false));
    }
    let secret = SigningKey::parse(PETER_SECRET, Kind::Log).unwrap();
    assert_eq!((secret.secret().as_str(), secret.verifier().to_string().as_str()), (PETER_SECRET, PETER));
    let mut note = Note::new(PETERS_NOTE.split("\n\n").next().unwrap().to_owned() + "\n");
    note.sign(&secret);
    assert_eq!(note.to_string(), PETERS_NOTE);
    assert!(!format!("{secret:?}").contains(PETER_SECRET.rsplit('+').next().unwrap()));
    let witness = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    assert_eq!(VerifierKey::parse(witness, Kind::Witness).unwrap().to_string(), witness);
}

#[test]
fn no_mangled_key_is_read() {
    for (key, is_public) in [(PETER, true), (PETER_SECRET, false)] {
        let is_read = |text: &str| match is_public {
            true => VerifierKey::parse(text, Kind::Log).is_ok(),
            false => SigningKey::parse(text, Kind::Log).is_ok(),
        };
        assert!(is_read(key));
        for (from, to) in (0..key.len()).flat_map(|from| (from..=key.len()).map(move |to| (from, to))) {
            assert!((from, to) == (0, key.len()) || !is_read(&key[from..to]), "{}", &key[from..to]);
        }
        for at in 0..key.len() {
            let mut bytes = key.as_bytes().to_vec();
            bytes[at] += 1;
            assert!(!is_read(std::str::from_utf8(&bytes).unwrap()), "byte {at}");
        }
    }
    for wrong in [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert!(VerifierKey::parse(wrong, Kind::Log).is_err(), "{wrong}");
    }
    assert_eq!(
        VerifierKey::parse(PETER, Kind::Witness),
        Err(Refused::Malformed("it is the key of a log, not of a witness"))
    );
}

#[test]
fn no_bit_of_a_note_can_be_flipped() {
    let (key, bytes) = (log_key(EXAMPLE), EXAMPLES_NOTE.as_bytes());
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(text) = std::str::from_utf8(&flipped) else { continue };
        let is_signed = Note::parse(text).is_ok_and(|note| note.is_signed_by(&key) == Ok(true));
        assert!(!is_signed, "bit {bit}: {text}");
    }
}

#[test]
fn a_note_in_another_form_is_refused() {
    let signature = "— a AAAAAAA=\n";
    assert!(Note::parse(&format!("text\n\n{signature}")).is_ok());
    assert!(Note::parse(&format!("text\n\n{}", signature.repeat(64))).is_ok());
    for text in [
        String::new(),
        "text\n".to_owned(),
        format!("text\n{signature}"),
        format!("text\n\n{}", signature.trim_end()),
        format!("te\u{0}xt\n\n{signature}"),
        format!("text\r\n\n{signature}"),
        "text\n\n— a b AAAAAAA=\n".to_owned(),
        "text\n\n— a AAAA\n".to_owned(),
        "text\n\n- a AAAAAAA=\n".to_owned(),
        format!("text\n\n{}", signature.repeat(65)),
        format!("{}\n\n{signature}", "x".repeat(64 << 10)),
    ] {
        assert!(Note::parse(&text).is_err(), "{text:.60}");
    }
}

fn hash(hex: &str) -> Hash {
    std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
}

/// The leaves of the tests of Certificate Transparency, and the roots of the trees of the first 0 to 8 of them.
const LEAVES: [&[u8]; 8] = [b"", b"\0", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// The tree over these hashes of leaves, in tiles.
fn tiles(leaves: &[Hash]) -> Tiles {
    let (mut tiles, mut hashes, mut level) = (Tiles::default(), leaves.to_vec(), 0);
    while !hashes.is_empty() {
        for (index, chunk) in (0..).zip(hashes.chunks(WIDTH as usize)) {
            tiles.insert((level, index), chunk.to_vec());
        }
        hashes = hashes.chunks_exact(WIDTH as usize).map(root).collect();
        level += 1;
    }
    tiles
}

fn checkpoint(leaves: &[Hash]) -> Checkpoint {
    Checkpoint { origin: "log.example/1".to_owned(), size: leaves.len() as u64, root: root(leaves) }
}

#[test]
fn roots_and_proofs_are_those_of_certificate_transparency() {
    let leaves = LEAVES.map(leaf_hash);
    for (size, expected) in ROOTS.iter().enumerate() {
        assert_eq!(root(&leaves[..size]), hash(expected), "{size}");
        assert!(size == 0 || tiles(&leaves).hash(&(0..size as u64)) == Some(hash(expected)), "{size}");
    }
    let hashes = |ranges: Vec<_>| ranges.iter().map(|range| tiles(&leaves).hash(range).unwrap()).collect::<Vec<_>>();
    let sixth = hashes(inclusion_ranges(5, 8));
    let expected = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(sixth, expected.map(hash));
    let from_six = hashes(consistency_ranges(6, 8));
    let expected = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(from_six, expected.map(hash));
}

#[test]
fn a_proof_shows_one_leaf_and_one_older_tree() {
    let leaves: Vec<Hash> = (0..600_u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
    let other = leaf_hash(b"another leaf");
    let tiles = tiles(&leaves);
    for size in (1..=20).chain([255, 256, 257, 511, 512, 513, 600]) {
        let tree = checkpoint(&leaves[..size]);
        for index in (0..size).filter(|index| *index < 20 || index % 37 == 0 || index + 3 > size) {
            let ranges = inclusion_ranges(index as u64, size as u64);
            let hashes = ranges.iter().map(|range| tiles.hash(range).unwrap()).collect();
            let proof = InclusionProof { index: index as u64, hashes };
            assert_eq!(verify_inclusion(&leaves[index], &proof, &tree), Ok(()), "{index} in {size}");
            assert!(verify_inclusion(&other, &proof, &tree).is_err());
            let moved = InclusionProof { index: (index as u64 + 1) % size as u64, ..proof.clone() };
            assert!(size == 1 || verify_inclusion(&leaves[index], &moved, &tree).is_err(), "{index} in {size}");
            for at in 0..proof.hashes.len() {
                let mut wrong = proof.clone();
                wrong.hashes[at][31] ^= 1;
                assert!(verify_inclusion(&leaves[index], &wrong, &tree).is_err());
                wrong.hashes.remove(at);
                assert!(verify_inclusion(&leaves[index], &wrong, &tree).is_err());
            }
        }
        for old in (0..=size).filter(|old| *old < 20 || old % 41 == 0 || old + 3 > size) {
            let ranges = consistency_ranges(old as u64, size as u64);
            let hashes = ranges.iter().map(|range| tiles.hash(range).unwrap()).collect();
            let proof = ConsistencyProof { old: old as u64, hashes };
            let before = checkpoint(&leaves[..old]);
            assert_eq!(verify_consistency(&before, &proof, &tree), Ok(()), "{old} to {size}");
            if old > 0 {
                let fork = Checkpoint { root: other, ..before.clone() };
                assert!(verify_consistency(&fork, &proof, &tree).is_err(), "{old} to {size}");
                assert!(verify_consistency(&before, &proof, &Checkpoint { root: other, ..tree.clone() }).is_err());
            }
            for at in 0..proof.hashes.len() {
                let mut wrong = proof.clone();
                wrong.hashes[at][0] ^= 0x80;
                assert!(verify_consistency(&before, &wrong, &tree).is_err());
            }
            let longer = ConsistencyProof { hashes: [proof.hashes, vec![other]].concat(), ..proof };
            assert!(verify_consistency(&before, &longer, &tree).is_err());
        }
        let newer = checkpoint(&leaves[..size + usize::from(size < 600)]);
        let none = ConsistencyProof { old: newer.size, hashes: Vec::new() };
        assert!(size == 600 || verify_consistency(&newer, &none, &tree).is_err(), "a tree that became smaller");
    }
}

#[test]
fn a_tree_of_70_000_leaves_has_the_tiles_of_the_specification() {
    let widths = |level: u32, indices: &[u64]| indices.iter().map(|at| width(70_000, (level, *at))).collect::<Vec<_>>();
    assert_eq!(widths(0, &[0, 272, 273, 274]), [256, 256, 112, 0]);
    assert_eq!(widths(1, &[0, 1, 2]), [256, 17, 0]);
    assert_eq!((widths(2, &[0, 1]), widths(3, &[0]), width(256, (1, 0))), (vec![1, 0], vec![0], 1));
    assert_eq!(width(u64::MAX, (63, u64::MAX)), 0);
    assert_eq!(Vec::from_iter(needed(std::slice::from_ref(&(0..70_000)))), [(0, 273), (1, 1), (2, 0)]);
    for (path, read) in [
        ("067", Some((67, WIDTH))),
        ("067.p/5", Some((67, 5))),
        ("x001/x234/067", Some((1_234_067, WIDTH))),
        ("x001/x234/067.p/255", Some((1_234_067, 255))),
        ("67", None),
        ("0067", None),
        ("+67", None),
        ("x000/067", None),
        ("001/067", None),
        ("067.p/0", None),
        ("067.p/256", None),
        ("067.p/05", None),
        ("", None),
        ("x999/x999/x999/x999/x999/x999/999", None),
    ] {
        assert_eq!(parse(path), read, "{path}");
    }
    assert_eq!(path_of(1_234_067), "x001/x234/067");
}

#[test]
fn a_checkpoint_is_opened_with_the_key_of_its_log() {
    let secret = |name: &str, byte| SigningKey::new(name, Kind::Log, &[byte; 32]).unwrap();
    let (old, new) = (secret("log.example", 1), secret("log.example", 2));
    let tree = checkpoint(&LEAVES.map(leaf_hash));
    let both = tree.signed(&[new.clone(), old.clone()]);
    for key in [&old, &new] {
        assert_eq!(Opened::open(both.clone(), &key.verifier()).unwrap().checkpoint, tree);
    }
    let open = |note: &Note, key: &SigningKey| Opened::open(note.clone(), &key.verifier()).map(|it| it.checkpoint);
    assert_eq!(open(&tree.signed(&[new]), &old), Err(Refused::NotSigned("log.example".to_owned())));
    assert_eq!(open(&both, &secret("other.example", 1)), Err(Refused::NotSigned("other.example".to_owned())));
    let stolen =
        Checkpoint { origin: "log.example.evil/1".to_owned(), ..tree.clone() }.signed(std::slice::from_ref(&old));
    assert!(matches!(open(&stolen, &old), Err(Refused::AnotherLog { .. })));

    let witness = SigningKey::new("witness.example", Kind::Witness, &[3; 32]).unwrap();
    let mut opened = Opened::open(both, &old.verifier()).unwrap();
    let keys = [witness.verifier()];
    assert_eq!(opened.witnesses(&keys), Ok(Vec::new()));
    opened.cosign(&witness, 1_679_315_147);
    assert_eq!(opened.witnesses(&keys), Ok(vec![&keys[0]]));
    let text = opened.note.to_string();
    assert_eq!(Note::parse(&text).unwrap(), opened.note);
    // Another time than the signed one.
    let line = text.lines().last().unwrap();
    let (_, encoded) = line.rsplit_once(' ').unwrap();
    let mut bytes = text::from_base64(encoded).unwrap();
    bytes[11] ^= 1;
    let forged = Note::parse(&text.replace(encoded, &text::to_base64(&bytes))).unwrap();
    let forged = Opened::open(forged, &old.verifier()).unwrap();
    assert_eq!(forged.witnesses(&keys), Err(Refused::WrongSignature("witness.example".to_owned())));
}

#[test]
fn proofs_are_read_as_they_were_written() {
    let key = SigningKey::new("log.example", Kind::Log, &[1; 32]).unwrap();
    let note = checkpoint(&LEAVES.map(leaf_hash)).signed(&[key]);
    let inclusion = InclusionProof { index: 5, hashes: LEAVES[..3].iter().map(|leaf| leaf_hash(leaf)).collect() };
    let text = inclusion.with(&note);
    assert_eq!(InclusionProof::parse(&text), Ok((inclusion.clone(), note.clone())));
    let extra = text.replace("@v1\n", "@v1\nextra AAAA\n");
    assert_eq!(InclusionProof::parse(&extra), Ok((inclusion, note.clone())));
    let alone = InclusionProof { index: 0, hashes: Vec::new() };
    assert_eq!(InclusionProof::parse(&alone.with(&note)), Ok((alone, note.clone())));
    let consistency = ConsistencyProof { old: 8, hashes: Vec::new() };
    assert_eq!(ConsistencyProof::parse(&consistency.with(&note)), Ok((consistency, note.clone())));
    let long = ConsistencyProof { old: 8, hashes: vec![[0; 32]; 64] };
    assert!(ConsistencyProof::parse(&long.with(&note)).is_err());
    for wrong in [text.replace("index 5", "index 05"), text.replace("v1", "v2"), "old 1\n".to_owned(), String::new()] {
        assert!(InclusionProof::parse(&wrong).is_err(), "{wrong}");
    }
}
