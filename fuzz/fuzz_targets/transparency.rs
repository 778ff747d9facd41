//! Notes, proofs and paths of tiles are read as they are written. Every leaf of a tree is proven, every older tree as well, and nothing else is.
#![no_main]

use federation::transparency::{
    Checkpoint, ConsistencyProof, Hash, InclusionProof, Kind, Note, Opened, SigningKey, consistency_ranges,
    inclusion_ranges, leaf_hash, root, tile, verify_consistency, verify_inclusion,
};

libfuzzer_sys::fuzz_target!(|text: &str| {
    read_as_written(text);
    let bytes = text.as_bytes();
    // A tree of up to 600 leaves reaches the second level of tiles.
    let number = |at: usize| bytes.iter().skip(at).take(2).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let size = number(0) % 600 + 1;
    let leaves: Vec<Hash> = (0..size).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect();
    let at = |size: u64| Checkpoint { origin: "hub/1".into(), size, root: root(&leaves[..size as usize]) };
    let (index, old, tree) = (number(2) % size, number(4) % (size + 1), at(size));

    let mut proof = InclusionProof { index, hashes: hashes(&leaves, inclusion_ranges(index, size)) };
    let leaf = leaves[index as usize];
    verify_inclusion(&leaf, &proof, &tree).expect("it is in the tree");
    assert!(verify_inclusion(&leaf_hash(&size.to_be_bytes()), &proof, &tree).is_err(), "another leaf is not");
    let mut consistent = ConsistencyProof { old, hashes: hashes(&leaves, consistency_ranges(old, size)) };
    verify_consistency(&at(old), &consistent, &tree).expect("it goes on");

    if flip(&mut proof.hashes, number(6)) {
        assert!(verify_inclusion(&leaf, &proof, &tree).is_err(), "a hash that is not of the tree");
    }
    if flip(&mut consistent.hashes, number(6)) {
        assert!(verify_consistency(&at(old), &consistent, &tree).is_err(), "a hash that is not of the tree");
    }
    tamper(&tree, text, number(8) as usize);
});

fn read_as_written(text: &str) {
    if let Ok(note) = Note::parse(text) {
        assert_eq!(note.to_string(), text);
    }
    if let Ok((proof, note)) = InclusionProof::parse(text) {
        assert_eq!(InclusionProof::parse(&proof.with(&note)), Ok((proof, note)));
    }
    if let Ok((proof, note)) = ConsistencyProof::parse(text) {
        assert_eq!(ConsistencyProof::parse(&proof.with(&note)), Ok((proof, note)));
    }
    if let Some((index, width)) = tile::parse(text) {
        let path = tile::path_of(index);
        let part = if width < tile::WIDTH { format!(".p/{width}") } else { String::new() };
        assert_eq!(format!("{path}{part}"), text);
    }
}

/// The hashes over these ranges, from tiles as a reader fetches them.
fn hashes(leaves: &[Hash], ranges: Vec<std::ops::Range<u64>>) -> Vec<Hash> {
    let mut tiles = tile::Tiles::default();
    for (level, index) in tile::needed(&ranges) {
        let of = 1_usize << (8 * level);
        let nodes = leaves.chunks_exact(of).map(root).skip((index * tile::WIDTH) as usize);
        tiles.insert((level, index), nodes.take(tile::width(leaves.len() as u64, (level, index)) as usize).collect());
    }
    ranges.iter().map(|range| tiles.hash(range).expect("the tiles that are needed")).collect()
}

fn flip(hashes: &mut [Hash], bit: u64) -> bool {
    let bits = hashes.len() as u64 * 256;
    if bits == 0 {
        return false;
    }
    let bit = (bit % bits) as usize;
    hashes[bit / 256][bit / 8 % 32] ^= 1 << (bit % 8);
    true
}

/// A note with one byte changed opens as what was signed, or not at all.
fn tamper(tree: &Checkpoint, text: &str, place: usize) {
    let key = SigningKey::new("hub", Kind::Log, &[7; 32]).expect("a key");
    let signed = tree.signed(std::slice::from_ref(&key)).to_string();
    let mut bytes = signed.into_bytes();
    let place = place % bytes.len();
    bytes[place] = text.bytes().next_back().unwrap_or_default();
    let Ok(tampered) = String::from_utf8(bytes) else { return };
    if let Ok(opened) = Note::parse(&tampered).and_then(|note| Opened::open(note, &key.verifier())) {
        assert_eq!(&opened.checkpoint, tree);
    }
}
