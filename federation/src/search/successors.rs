//! What deprecated entries leave to their successors.

use super::posting::{MAX_PAIRS, Posting, is_filter, read};
use serde_json::Value;
use std::collections::BTreeMap;

/// Maximum number of successors of a deprecated entry, one after the other, that inherit its terms.
const MAX_SUCCESSORS: u8 = 8;

/// The deprecated entries of a source by position, each with the positions of those that inherit its terms, and how many points more each gets.
#[derive(Default)]
pub(super) struct Successors(BTreeMap<u16, Vec<(u16, u8)>>);

impl Successors {
    /// Finds the successors among these entries; `words` is the number of words of each. In all, they inherit at most
    /// [`MAX_PAIRS`]: the nearest successors first.
    pub fn of(entries: &[&Value], words: &[usize]) -> Self {
        let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
        let ids = (0u16..).zip(entries).map(|(at, entry)| (text(entry, "id").unwrap_or_default(), at));
        let positions: BTreeMap<String, u16> = ids.collect();
        let is_deprecated = |entry: &Value| text(entry, "status").is_some_and(|it| it.to_lowercase() == "deprecated");
        let next: BTreeMap<u16, Option<u16>> = (0u16..)
            .zip(entries)
            .filter(|(_, entry)| is_deprecated(entry))
            .map(|(at, entry)| (at, text(entry, "replaced_by").and_then(|id| positions.get(&id).copied())))
            .collect();
        let mut successors: BTreeMap<u16, Vec<(u16, u8)>> = next.keys().map(|first| (*first, Vec::new())).collect();
        let mut ends: Vec<(u16, u16)> = next.keys().map(|first| (*first, *first)).collect();
        let mut room = MAX_PAIRS;
        for more in 1..=MAX_SUCCESSORS {
            ends.retain_mut(|(first, last)| {
                let successor = next.get(last).copied().flatten().filter(|successor| successor != first);
                let inherited = words.get(usize::from(*first)).copied().unwrap_or_default();
                let (Some(successor), Some(left)) = (successor, room.checked_sub(inherited)) else { return false };
                room = left;
                successors.entry(*first).or_default().push((successor, more));
                *last = successor;
                true
            });
        }
        Self(successors)
    }

    /// Halves the points of what is deprecated, and gives them to its successors as well, one point more to each, so that
    /// they rank higher whatever is searched. Goes term by term, so that no other copy of the index is made.
    pub fn pass_on_points(&self, index: &mut BTreeMap<String, Posting>) {
        if self.0.is_empty() {
            return;
        }
        for (_, posting) in index.iter_mut().filter(|(term, _)| !is_filter(term)) {
            let mut points: BTreeMap<u16, u8> = read(&posting.entries).collect();
            let left: Vec<(&Vec<(u16, u8)>, u8)> = points
                .iter_mut()
                .filter_map(|(at, points)| {
                    let successors = self.0.get(at)?;
                    *points /= 2;
                    Some((successors, *points))
                })
                .collect();
            if left.is_empty() {
                continue;
            }
            for (successors, left) in left {
                for (successor, more) in successors {
                    let own = points.entry(*successor).or_default();
                    *own = left.saturating_add(*more).max(*own);
                }
            }
            let bytes = points.into_iter().flat_map(|(at, points)| {
                let [high, low] = at.to_be_bytes();
                [high, low, points]
            });
            posting.entries = bytes.collect();
        }
    }
}
