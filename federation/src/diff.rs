//! The changes between two lists of capabilities, as steps that can be replayed.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use utoipa::ToSchema;

crate::variants! {
    /// The effect of a step.
    pub enum Op {
        /// Inserts `after` at `position`; later entries move down.
        Added = "added",
        /// Replaces the entry at `position` with `after`.
        Changed = "changed",
        /// Removes the entry at `position`.
        Removed = "removed",
    }
}

/// One step of one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// What it does.
    pub op: Op,
    /// The capability's id.
    pub id: String,
    /// Place in the source's list, from 0, at the moment of this step.
    pub position: usize,
    /// The entry before this step; null if there was none.
    #[schema(required, value_type = Option<Object>)]
    pub before: Option<Value>,
    /// The entry after this step; null if there is none.
    #[schema(required, value_type = Option<Object>)]
    pub after: Option<Value>,
}

/// An entry of a list, as in a JSON fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The capability's id.
    pub id: &'a str,
    /// The whole entry.
    pub json: &'a str,
}

/// Like [`Change`], with entries as JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// What it does.
    pub op: Op,
    /// Place in the source's list, from 0, at the moment of this step.
    pub position: usize,
    /// The entry before this step.
    pub before: Option<Entry<'a>>,
    /// The entry after this step.
    pub after: Option<Entry<'a>>,
}

impl<'a> Step<'a> {
    /// The capability's id.
    pub fn id(&self) -> &'a str {
        self.after.or(self.before).map_or("", |entry| entry.id)
    }

    /// Parses the entries.
    ///
    /// # Errors
    /// If an entry is not valid JSON.
    pub fn read(&self) -> Result<Change, serde_json::Error> {
        let entry = |entry: Option<Entry<'_>>| entry.map(|entry| serde_json::from_str(entry.json)).transpose();
        Ok(Change {
            op: self.op,
            id: self.id().to_owned(),
            position: self.position,
            before: entry(self.before)?,
            after: entry(self.after)?,
        })
    }
}

/// Like [`steps`], for parsed lists.
pub fn diff(before: &[Value], after: &[Value]) -> Vec<Change> {
    let [texts_before, texts_after] = [before, after].map(|list| list.iter().map(Value::to_string).collect::<Vec<_>>());
    let places: HashMap<&str, &Value> = before.iter().map(|entry| (id(entry), entry)).collect();
    let change = |step: Step<'_>| Change {
        op: step.op,
        id: step.id().to_owned(),
        position: step.position,
        before: step.before.and_then(|entry| places.get(entry.id).copied().cloned()),
        // An addition or replacement has its position in `after`.
        after: step.after.and_then(|_| after.get(step.position).cloned()),
    };
    steps(&entries(before, &texts_before), &entries(after, &texts_after)).into_iter().map(change).collect()
}

fn entries<'a>(list: &'a [Value], texts: &'a [String]) -> Vec<Entry<'a>> {
    list.iter().zip(texts).map(|(entry, json)| Entry { id: id(entry), json }).collect()
}

/// The steps from `before` to `after`, both lists of one source with unique ids: removals from the end,
/// additions from the start, then replacements. An entry that moved relative to the others is removed and
/// added. The order of keys is part of an entry.
pub fn steps<'a>(before: &[Entry<'a>], after: &[Entry<'a>]) -> Vec<Step<'a>> {
    let places: HashMap<&str, usize> = before.iter().enumerate().map(|(i, entry)| (entry.id, i)).collect();
    // For each entry of `after`, its position in `before`.
    let origins: Vec<Option<usize>> = after.iter().map(|entry| places.get(entry.id).copied()).collect();
    let staying = longest_increasing(&origins);
    let mut kept = vec![false; before.len()];
    for origin in staying.iter().filter_map(|&i| origins.get(i).copied().flatten()) {
        if let Some(kept) = kept.get_mut(origin) {
            *kept = true;
        }
    }
    let mut stays = vec![false; after.len()];
    for &i in &staying {
        if let Some(stays) = stays.get_mut(i) {
            *stays = true;
        }
    }

    let removed = before.iter().enumerate().zip(&kept).rev().filter(|(_, kept)| !**kept);
    let mut steps: Vec<Step<'a>> = removed
        .map(|((position, entry), _)| Step { op: Op::Removed, position, before: Some(*entry), after: None })
        .collect();
    let added = after.iter().enumerate().zip(&stays).filter(|(_, stays)| !**stays);
    steps.extend(added.map(|((position, entry), _)| Step {
        op: Op::Added,
        position,
        before: None,
        after: Some(*entry),
    }));
    for (((position, entry), origin), _) in
        after.iter().enumerate().zip(&origins).zip(&stays).filter(|(_, stays)| **stays)
    {
        let was = origin.and_then(|origin| before.get(origin)).copied();
        if was.is_some_and(|was| was.json != entry.json) {
            steps.push(Step { op: Op::Changed, position, before: was, after: Some(*entry) });
        }
    }
    steps
}

/// Replays one step on the list of its source. Returns false, and leaves the list unchanged, if the step does not fit.
pub fn apply(list: &mut Vec<Value>, change: &Change) -> bool {
    let here = list.get(change.position).is_some_and(|entry| id(entry) == change.id);
    match (change.op, &change.after) {
        (Op::Removed, _) if here => {
            list.remove(change.position);
            true
        }
        (Op::Added, Some(after)) if change.position <= list.len() => {
            list.insert(change.position, after.clone());
            true
        }
        (Op::Changed, Some(after)) if here => {
            if let Some(entry) = list.get_mut(change.position) {
                entry.clone_from(after);
            }
            true
        }
        _ => false,
    }
}

fn id(entry: &Value) -> &str {
    entry.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// Indices of a longest subsequence of entries that kept their order (patience sorting, O(n log n)).
fn longest_increasing(origins: &[Option<usize>]) -> Vec<usize> {
    let mut tails: Vec<(usize, usize)> = Vec::new();
    let mut previous: Vec<Option<usize>> = vec![None; origins.len()];
    for (i, origin) in origins.iter().enumerate() {
        let Some(origin) = *origin else { continue };
        let length = tails.partition_point(|(tail, _)| *tail < origin);
        if let (Some(slot), Some((_, before))) = (previous.get_mut(i), length.checked_sub(1).and_then(|l| tails.get(l)))
        {
            *slot = Some(*before);
        }
        match tails.get_mut(length) {
            Some(tail) => *tail = (origin, i),
            None => tails.push((origin, i)),
        }
    }
    let mut run = Vec::with_capacity(tails.len());
    let mut next = tails.last().map(|(_, i)| *i);
    while let Some(i) = next {
        run.push(i);
        next = previous.get(i).copied().flatten();
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn list(entries: &[(&str, u32)]) -> Vec<Value> {
        entries.iter().map(|(id, version)| json!({"id": id, "v": version})).collect()
    }

    fn replayed(before: &[Value], after: &[Value]) -> Vec<Change> {
        let changes = diff(before, after);
        let mut replayed = before.to_vec();
        for change in &changes {
            assert!(apply(&mut replayed, change), "{change:?} on {replayed:?}");
        }
        assert_eq!(replayed, after);
        changes
    }

    #[test]
    fn says_only_what_changed() {
        let before = list(&[("a", 1), ("b", 1), ("c", 1)]);
        assert_eq!(replayed(&before, &before), []);
        let ops = |after: &[(&str, u32)]| -> Vec<(Op, String, usize)> {
            replayed(&before, &list(after)).into_iter().map(|c| (c.op, c.id, c.position)).collect()
        };
        assert_eq!(ops(&[("a", 1), ("b", 2), ("c", 1)]), [(Op::Changed, "b".into(), 1)]);
        assert_eq!(ops(&[("a", 1), ("c", 1)]), [(Op::Removed, "b".into(), 1)]);
        assert_eq!(ops(&[("x", 1), ("a", 1), ("b", 1), ("c", 1)]), [(Op::Added, "x".into(), 0)]);
        assert_eq!(ops(&[("b", 1), ("c", 1), ("a", 1)]), [(Op::Removed, "a".into(), 0), (Op::Added, "a".into(), 2)]);
        assert_eq!(ops(&[]).len(), 3);
    }

    #[test]
    fn the_order_of_keys_counts() {
        let (before, after) = ([json!({"id": "a", "x": 1, "y": 2})], [json!({"id": "a", "y": 2, "x": 1})]);
        assert_eq!(replayed(&before, &after).len(), 1);
    }

    #[test]
    fn replaying_any_two_lists_gives_the_second() {
        // Every pair of lists over four ids with two versions: all cases of this size.
        let mut lists = vec![Vec::new()];
        for id in ["a", "b", "c", "d"] {
            for list in lists.clone() {
                for version in 0..2 {
                    for position in 0..=list.len() {
                        let mut longer = list.clone();
                        longer.insert(position, (id, version));
                        lists.push(longer);
                    }
                }
            }
        }
        for before in lists.iter().step_by(7) {
            for after in &lists {
                replayed(&list(before), &list(after));
            }
        }
    }

    #[test]
    fn a_step_that_does_not_fit_changes_nothing() {
        let mut entries = list(&[("a", 1)]);
        let change = |op, id: &str, position| Change {
            op,
            id: id.into(),
            position,
            before: None,
            after: Some(json!({"id": id})),
        };
        assert!(!apply(&mut entries, &change(Op::Removed, "b", 0)));
        assert!(!apply(&mut entries, &change(Op::Changed, "a", 1)));
        assert!(!apply(&mut entries, &change(Op::Added, "b", 2)));
        assert_eq!(entries, list(&[("a", 1)]));
    }
}
