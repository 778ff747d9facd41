//! Tiles: 256 hashes of one level, as the tree is stored and served (C2SP `tlog-tiles`).

use super::text::decimal;
use super::tree::{Hash, left_size, node_hash, root};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Hashes of a full tile.
pub const WIDTH: u64 = 256;

/// Levels of the tree that one level of tiles spans.
const HEIGHT: u32 = 8;

/// The highest level that a tile of a tree can have.
const MAX_LEVEL: u32 = u64::BITS / HEIGHT - 1;

/// A place in the tiles: the level, from the leaves up, and the index in that level.
pub type Place = (u32, u64);

/// How many hashes a tree of `size` leaves has in the tile at `place`.
pub fn width(size: u64, (level, index): Place) -> u64 {
    let hashes = if level > MAX_LEVEL { 0 } else { size >> (HEIGHT * level) };
    hashes.saturating_sub(index.saturating_mul(WIDTH)).min(WIDTH)
}

/// Reads the path of a tile below its level: the index, such as `067` or `x001/x234/067`, and of a part of a tile its width, `067.p/5`.
/// `None` if it is written differently.
pub fn parse(path: &str) -> Option<(u64, u64)> {
    let (index, width) = match path.split_once(".p/") {
        Some((index, width)) => (index, decimal(width).filter(|width| (1..WIDTH).contains(width))?),
        None => (path, WIDTH),
    };
    let mut parts = index.rsplit('/');
    let digits = |part: &str| (part.len() == 3).then(|| part.parse::<u16>().ok()).flatten();
    let mut number = u64::from(digits(parts.next()?)?);
    let mut unit = 1_u64;
    for part in parts {
        unit = unit.checked_mul(1000)?;
        number = u64::from(digits(part.strip_prefix('x')?)?).checked_mul(unit)?.checked_add(number)?;
    }
    (path_of(number) == index).then_some((number, width))
}

/// The path of a full tile below its level.
pub fn path_of(index: u64) -> String {
    let (mut path, mut rest) = (format!("{:03}", index % 1000), index / 1000);
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

/// Some tiles of a tree.
#[derive(Clone, Debug, Default)]
pub struct Tiles(BTreeMap<Place, Vec<Hash>>);

impl Tiles {
    /// Adds the hashes of a tile, from its first on.
    pub fn insert(&mut self, place: Place, hashes: Vec<Hash>) {
        self.0.insert(place, hashes);
    }

    /// The hash of the leaves in `range`, one of those of a proof or `0..size`; `None` if a tile is missing.
    pub fn hash(&self, range: &Range<u64>) -> Option<Hash> {
        let size = range.end.checked_sub(range.start).filter(|size| *size > 0)?;
        if size.is_power_of_two() {
            let (place, within) = complete(range);
            return self.0.get(&place)?.get(within).map(root);
        }
        let middle = range.start + left_size(size);
        Some(node_hash(&self.hash(&(range.start..middle))?, &self.hash(&(middle..range.end))?))
    }
}

/// The tiles from which the hashes of these ranges are computed.
pub fn needed(ranges: &[Range<u64>]) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    ranges.iter().for_each(|range| collect(range, &mut places));
    places
}

fn collect(range: &Range<u64>, places: &mut BTreeSet<Place>) {
    let size = range.end.saturating_sub(range.start);
    if size.is_power_of_two() {
        places.insert(complete(range).0);
    } else if size > 0 {
        let middle = range.start + left_size(size);
        collect(&(range.start..middle), places);
        collect(&(middle..range.end), places);
    }
}

/// The tile that has the hashes over a range of a power of two leaves, and which of them.
fn complete(range: &Range<u64>) -> (Place, Range<usize>) {
    let height = (range.end - range.start).trailing_zeros();
    let level = height / HEIGHT;
    let count = 1_u64 << (height % HEIGHT);
    let first = range.start >> (HEIGHT * level);
    let within = (first % WIDTH) as usize;
    ((level, first / WIDTH), within..within + count as usize)
}
