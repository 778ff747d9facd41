//! The transparency log: every revision is a leaf of a Merkle tree whose root the hub signs.
//!
//! Hashes and proofs are those of RFC 9162, section 2.1. Tiles, checkpoints, signed notes, cosignatures and proofs as text follow the specifications of
//! C2SP: `tlog-tiles`, `tlog-checkpoint`, `signed-note`, `tlog-cosignature` and `tlog-proof`.

mod checkpoint;
mod entry;
mod key;
mod note;
mod proof;
#[cfg(test)]
mod tests;
mod text;
pub mod tile;
mod tree;

pub use checkpoint::{Checkpoint, Opened};
pub use entry::entry;
pub use key::{Kind, SigningKey, VerifierKey, log_keys};
pub use note::Note;
pub use proof::{
    ConsistencyProof, InclusionProof, consistency_ranges, inclusion_ranges, verify_consistency, verify_inclusion,
};
pub use tree::{Hash, leaf_hash, root};

/// Why a key, a note, a checkpoint or a proof is not accepted, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It does not have the form that its specification gives.
    #[error("{0}")]
    Malformed(&'static str),
    /// No trusted key signed it.
    #[error("it has no signature by {0}")]
    NotSigned(String),
    /// It has a signature by this key that is not valid.
    #[error("its signature by {0} is not valid")]
    WrongSignature(String),
    /// The signature is valid, but the checkpoint is of another log.
    #[error("it is a checkpoint of `{found}`, and the key is that of `{expected}`")]
    AnotherLog {
        /// The origin of the checkpoint.
        found: String,
        /// The name of the key.
        expected: String,
    },
    /// The hashes of a proof do not lead to the root.
    #[error("{0}")]
    NotProven(&'static str),
}
