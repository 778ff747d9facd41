//! The transparency log as readers and witnesses see it, against a hub whose log a test forges.

mod keys;
mod reading;
mod witnessing;

use crate::mirroring;
use crate::support::{Place, Server};
use federation::compose::{SourceLine, digest};
use federation::digest::Digest;
use federation::transparency::tile::{Tiles, WIDTH};
use federation::transparency::{
    Checkpoint, ConsistencyProof, Hash, InclusionProof, Kind, Note, SigningKey, consistency_ranges, entry,
    inclusion_ranges, leaf_hash, root,
};
use serde_json::json;

const NAME: &str = "log.example";

/// Sizes that a test may ask for.
const MAX_SIZE: u64 = 8;

fn secret(byte: u8) -> SigningKey {
    SigningKey::new(NAME, Kind::Log, &[byte; 32]).unwrap()
}

fn public(byte: u8) -> String {
    secret(byte).verifier().to_string()
}

/// A log that a hub could show.
#[derive(Clone)]
struct Shown {
    history: &'static str,
    leaves: Vec<String>,
    keys: Vec<SigningKey>,
}

impl Shown {
    /// The log of a hub whose revision 4 is that of [`mirroring::hub`].
    fn honest(hub: &Server) -> Self {
        let leaves = (1..=3).map(|number| leaf(number, "some other sources")).chain([revision_4(hub)]).collect();
        Self { history: "1", leaves, keys: vec![secret(1)] }
    }

    /// The same after more revisions.
    fn grown(mut self, to: u64) -> Self {
        let from = self.leaves.len() as u64;
        self.leaves.extend((from + 1..=to).map(|number| leaf(number, "more sources")));
        self
    }

    /// The same with another leaf at this index.
    fn with(mut self, index: usize, sources: &str) -> Self {
        self.leaves[index] = leaf(index as u64 + 1, sources);
        self
    }

    fn note(&self, size: u64) -> Note {
        let hashes: Vec<Hash> = self.leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect();
        let root = root(&hashes[..size as usize]);
        Checkpoint { origin: Checkpoint::origin(NAME, self.history), size, root }.signed(&self.keys)
    }

    /// Lets the server answer with this log from now on.
    fn at(&self, server: &Server) {
        let size = self.leaves.len() as u64;
        let mut tiles = Tiles::default();
        assert!(size < WIDTH);
        tiles.insert((0, 0), self.leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect());
        let text = |path: &str, text: String| server.set(path, 200, "content-type: text/plain\r\n", text.as_bytes());
        let none = |path: &str| {
            let problem = json!({"type": "about:blank", "title": "Not logged", "status": 404, "detail": "Not yet.",
                "code": "not-logged"});
            server.set(path, 404, "content-type: application/problem+json\r\n", problem.to_string().as_bytes());
        };
        let hashes = |ranges: Vec<_>| ranges.iter().map(|range| tiles.hash(range).unwrap()).collect();
        text("/v1/log/checkpoint", self.note(size).to_string());
        for old in 0..=MAX_SIZE {
            let path = format!("/v1/log/consistency?old={old}");
            match old <= size {
                true => {
                    let proof = ConsistencyProof { old, hashes: hashes(consistency_ranges(old, size)) };
                    text(&path, proof.with(&self.note(size)));
                }
                false => none(&path),
            }
            for index in 0..MAX_SIZE {
                let path = format!("/v1/log/proof?revision={}&size={old}", index + 1);
                match index < old && old <= size {
                    true => {
                        let proof = InclusionProof { index, hashes: hashes(inclusion_ranges(index, old)) };
                        text(&path, proof.with(&self.note(old)));
                    }
                    false => none(&path),
                }
            }
        }
    }
}

fn leaf(revision: u64, sources: &str) -> String {
    entry(revision, &Digest::of(sources.as_bytes()), "2026-11-24T08:00:00Z")
}

fn revision_4(hub: &Server) -> String {
    let manifest: serde_json::Value = serde_json::from_slice(&hub.body("/v1/federated/manifest")).unwrap();
    let sources: Vec<SourceLine> = serde_json::from_value(manifest["sources"].clone()).unwrap();
    entry(4, &digest(&sources), "2026-11-24T08:19:33Z")
}

/// A hub with an honest log of 4 revisions, and a place whose lock remembers it.
fn synced() -> (Server, Place, Shown) {
    let (hub, _) = mirroring::hub();
    let log = Shown::honest(&hub);
    log.at(&hub);
    let place = Place::new();
    let ran = mirroring::against(&place, &hub, &["hub", "sync", "--log-key", &public(1)]).ended(0);
    assert!(
        ran.out.ends_with("revision 4 is in the signed log log.example/1 of 4 revisions, seen by no witness\n"),
        "{ran:?}"
    );
    (hub, place, log)
}
