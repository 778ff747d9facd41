//! The transparency log: what is signed, what is proven, and what is not.

mod logging;
mod restoring;

use crate::ports::Hub;
use federation::digest::Digest;
use federation::transparency::{
    Checkpoint, ConsistencyProof, InclusionProof, Kind, Note, Opened, SigningKey, VerifierKey, entry, leaf_hash,
    verify_consistency, verify_inclusion,
};
use http::StatusCode;
use hub_component::hub::{Host, Setting, log_keys};

const NAME: &str = "log.example.org";

/// A key of the log; others have other bytes.
fn secret(byte: u8) -> SigningKey {
    SigningKey::new(NAME, Kind::Log, &[byte; 32]).expect("a key")
}

fn public(byte: u8) -> VerifierKey {
    secret(byte).verifier()
}

/// The hub with the setting `log_key`.
fn with_key(hub: &Hub, setting: &str) -> Hub {
    let public_url = "https://hub.example.org".to_owned();
    hub.at(Setting { public_url, host: Host::Serve, log_keys: log_keys(setting), ..Setting::default() })
}

fn signing(hub: &Hub) -> Hub {
    with_key(hub, &secret(1).secret())
}

fn index(id: &str) -> String {
    format!("version: 1\ncapabilities:\n- {{id: {id}, name: Name of {id}}}\n")
}

/// The newest checkpoint, opened with the key.
async fn checkpoint(hub: &Hub) -> Checkpoint {
    let note = Note::parse(&hub.text("/v1/log/checkpoint").await).expect("a note");
    Opened::open(note, &public(1)).expect("a checkpoint").checkpoint
}

/// The leaf of a revision, made from its manifest.
async fn leaf(hub: &Hub, revision: u64) -> String {
    let manifest = hub.get(&format!("/v1/federated/manifest?revision={revision}")).await;
    let digest = Digest::parse(manifest["digest"].as_str().expect("a digest")).expect("a digest");
    entry(revision, &digest, manifest["composed_at"].as_str().expect("a time"))
}

/// Checks the hub's proof that this leaf is that of the revision in the tree of the checkpoint.
async fn is_logged(hub: &Hub, revision: u64, leaf: &str, tree: &Checkpoint) -> bool {
    let size = tree.size;
    let (status, _, body) = hub.read(&format!("/v1/log/proof?revision={revision}&size={size}"), &[]).await;
    assert_eq!(status, StatusCode::OK, "{body:?}");
    let (proof, note) = InclusionProof::parse(std::str::from_utf8(&body).expect("text")).expect("a proof");
    assert_eq!(Opened::open(note, &public(1)).expect("a checkpoint").checkpoint, *tree);
    verify_inclusion(&leaf_hash(leaf.as_bytes()), &proof, tree).is_ok()
}

/// Whether the hub's proof shows that its log continues from this checkpoint.
async fn goes_on_from(hub: &Hub, old: &Checkpoint) -> bool {
    let (status, _, body) = hub.read(&format!("/v1/log/consistency?old={}", old.size), &[]).await;
    if status != StatusCode::OK {
        return false;
    }
    let (proof, note) = ConsistencyProof::parse(std::str::from_utf8(&body).expect("text")).expect("a proof");
    let new = Opened::open(note, &public(1)).expect("a checkpoint").checkpoint;
    new.origin == old.origin && verify_consistency(old, &proof, &new).is_ok()
}
