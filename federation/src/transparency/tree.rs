//! Hashes of the Merkle tree (RFC 9162, section 2.1.1).

use sha2::{Digest as _, Sha256};

/// A hash of the tree: SHA-256.
pub type Hash = [u8; 32];

/// The hash of a leaf with these bytes.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

/// The hash of a node over two others.
pub(super) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree over these hashes of leaves, or of nodes that all have as many leaves.
pub fn root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        many => {
            let (left, right) = many.split_at(left_size(many.len() as u64) as usize);
            node_hash(&root(left), &root(right))
        }
    }
}

/// How many of `size` leaves, 2 or more, are left of the root: the largest power of two less than `size`.
pub(super) fn left_size(size: u64) -> u64 {
    1 << (u64::BITS - 1 - size.saturating_sub(1).max(1).leading_zeros())
}
