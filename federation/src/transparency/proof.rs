//! Proofs of inclusion and of consistency (RFC 9162, sections 2.1.3 and 2.1.4), alone and as text with their checkpoint: C2SP `tlog-proof`, and the body of
//! `add-checkpoint` in C2SP `tlog-witness`.

use super::Refused;
use super::checkpoint::Checkpoint;
use super::note::Note;
use super::text::{decimal, lines_of, parse_lines};
use super::tree::{Hash, left_size, node_hash};
use std::ops::Range;

/// The first line of a proof of inclusion.
const PROOF: &str = "c2sp.org/tlog-proof@v1";

/// The proof that a leaf is in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The index of the leaf, from 0.
    pub index: u64,
    /// The hashes beside the path to the root, from the leaf up.
    pub hashes: Vec<Hash>,
}

/// The proof that a tree extends an older one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The size of the older tree.
    pub old: u64,
    /// The hashes from which both roots are computed.
    pub hashes: Vec<Hash>,
}

/// The ranges of leaves whose hashes prove that the leaf at `index` is in the tree of `size` leaves. Empty if it is not.
pub fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut within, mut ranges) = (0..size, Vec::new());
    while within.contains(&index) && within.end - within.start > 1 {
        let middle = within.start + left_size(within.end - within.start);
        let (left, right) = (within.start..middle, middle..within.end);
        let (path, beside) = if index < middle { (left, right) } else { (right, left) };
        ranges.push(beside);
        within = path;
    }
    ranges.reverse();
    ranges
}

/// The ranges of leaves whose hashes prove that the tree of `size` leaves extends that of `old`. Empty if both are the same, or the older one is empty.
pub fn consistency_ranges(old: u64, size: u64) -> Vec<Range<u64>> {
    let (mut within, mut ranges, mut is_whole) = (0..size, Vec::new(), true);
    if old == 0 || old >= size {
        return ranges;
    }
    while within.end > old {
        let middle = within.start + left_size(within.end - within.start);
        if old <= middle {
            ranges.push(middle..within.end);
            within.end = middle;
        } else {
            ranges.push(within.start..middle);
            within.start = middle;
            is_whole = false;
        }
    }
    // If the older tree is one node of the newer one, its root is known.
    if !is_whole {
        ranges.push(within);
    }
    ranges.reverse();
    ranges
}

/// Checks that the leaf with this hash is in the tree of a checkpoint.
///
/// # Errors
/// If the proof does not show it.
pub fn verify_inclusion(leaf: &Hash, proof: &InclusionProof, tree: &Checkpoint) -> Result<(), Refused> {
    let ranges = inclusion_ranges(proof.index, tree.size);
    let is_path = proof.index < tree.size && ranges.len() == proof.hashes.len();
    let computed =
        ranges.iter().zip(&proof.hashes).fold(*leaf, |hash, (range, beside)| match range.start > proof.index {
            true => node_hash(&hash, beside),
            false => node_hash(beside, &hash),
        });
    match is_path && computed == tree.root {
        true => Ok(()),
        false => Err(Refused::NotProven("the leaf is not in the tree of the checkpoint")),
    }
}

/// Checks that the tree of a checkpoint extends that of an older one.
///
/// # Errors
/// If the proof does not show it.
pub fn verify_consistency(old: &Checkpoint, proof: &ConsistencyProof, tree: &Checkpoint) -> Result<(), Refused> {
    let forked = Refused::NotProven("the tree does not extend the older one");
    if old.size > tree.size || proof.old != old.size {
        return Err(forked);
    }
    if old.size == 0 || old.size == tree.size {
        let is_same = proof.hashes.is_empty() && (old.size == 0 || old.root == tree.root);
        return if is_same { Ok(()) } else { Err(forked) };
    }
    let ranges = consistency_ranges(old.size, tree.size);
    if ranges.len() != proof.hashes.len() {
        return Err(forked);
    }
    let mut hashes = ranges.iter().zip(&proof.hashes);
    // Without a hash of the part that both have, that part is all of the older tree.
    let shared = if old.size.is_power_of_two() { Some(&old.root) } else { hashes.next().map(|(_, hash)| hash) };
    let Some(shared) = shared else { return Err(forked) };
    let (mut before, mut now) = (*shared, *shared);
    for (range, hash) in hashes {
        if range.start < old.size {
            before = node_hash(hash, &before);
            now = node_hash(hash, &now);
        } else {
            now = node_hash(&now, hash);
        }
    }
    if before == old.root && now == tree.root { Ok(()) } else { Err(forked) }
}

impl InclusionProof {
    /// The proof and the checkpoint of its tree as text.
    pub fn with(&self, note: &Note) -> String {
        format!("{PROOF}\nindex {}\n{}\n{note}", self.index, lines_of(&self.hashes))
    }

    /// Reads what [`with`](Self::with) wrote.
    ///
    /// # Errors
    /// If it does not have that form.
    pub fn parse(text: &str) -> Result<(Self, Note), Refused> {
        const FORM: Refused =
            Refused::Malformed("a proof has the lines `c2sp.org/tlog-proof@v1`, `index`, hashes, and a checkpoint");
        let (head, note) = text.split_once("\n\n").ok_or(FORM)?;
        let mut lines = head.lines().peekable();
        lines.next().filter(|line| *line == PROOF).ok_or(FORM)?;
        lines.next_if(|line| line.starts_with("extra "));
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal).ok_or(FORM)?;
        Ok((Self { index, hashes: parse_lines(lines)? }, Note::parse(note)?))
    }
}

impl ConsistencyProof {
    /// The proof and the checkpoint of the newer tree as text.
    pub fn with(&self, note: &Note) -> String {
        format!("old {}\n{}\n{note}", self.old, lines_of(&self.hashes))
    }

    /// Reads what [`with`](Self::with) wrote.
    ///
    /// # Errors
    /// If it does not have that form.
    pub fn parse(text: &str) -> Result<(Self, Note), Refused> {
        const FORM: Refused =
            Refused::Malformed("a proof of consistency has the lines `old`, hashes, and a checkpoint");
        let (head, note) = text.split_once("\n\n").ok_or(FORM)?;
        let mut lines = head.lines();
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal).ok_or(FORM)?;
        Ok((Self { old, hashes: parse_lines(lines)? }, Note::parse(note)?))
    }
}
