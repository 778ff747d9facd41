//! What a new index takes away from those who use it: capabilities that it removes, and those that it deprecates.

use crate::diff::{Op, Step};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;
use utoipa::ToSchema;

/// Longest name and longest id of a successor that are kept, in characters.
const MAX_NAME_CHARS: usize = 500;
const MAX_ID_CHARS: usize = 200;

/// What remains of a capability that was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tombstone {
    /// The id that it had.
    pub id: String,
    /// The repo that published it.
    pub source_repo: String,
    /// The name that it had last.
    pub name: String,
    /// The revision that removed it.
    pub removed_in: u64,
    /// The id of the capability to use instead, if its last entry named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub replaced_by: Option<String>,
}

crate::variants! {
    /// Whether a capability is removed or deprecated.
    pub enum Withdrawal {
        /// It is no longer in the index.
        Removed = "removed",
        /// Its `status` is `deprecated` now, and was not before.
        Deprecated = "deprecated",
    }
}

/// A withdrawn capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// Its id.
    pub id: String,
    /// The name that it had last.
    pub name: String,
    /// Whether it is removed or deprecated.
    pub how: Withdrawal,
    /// The id of the capability to use instead, if its entry names one.
    pub replaced_by: Option<String>,
}

/// The capabilities that these steps remove, in their order. One that only moved is not among them.
pub fn removed(steps: &[Step<'_>]) -> Vec<Withdrawn> {
    let after = afters(steps);
    let gone = steps.iter().filter(|step| !after.contains_key(step.id()));
    gone.filter_map(|step| Some(withdrawn(step.id(), &read(step.before?.json), Withdrawal::Removed))).collect()
}

/// The capabilities that these steps remove or deprecate, in their order.
pub fn withdrawals(steps: &[Step<'_>]) -> Vec<Withdrawn> {
    let after = afters(steps);
    let one = |step: &Step<'_>| {
        let before = read(step.before?.json);
        let Some(after) = after.get(step.id()) else {
            return Some(withdrawn(step.id(), &before, Withdrawal::Removed));
        };
        let after = read(after);
        (is_deprecated(&after) && !is_deprecated(&before)).then(|| withdrawn(step.id(), &after, Withdrawal::Deprecated))
    };
    steps.iter().filter_map(one).collect()
}

/// The entries that are there afterwards, by id: one that moved was removed and added.
fn afters<'a>(steps: &[Step<'a>]) -> HashMap<&'a str, &'a str> {
    let there = steps.iter().filter(|step| step.op != Op::Removed);
    there.filter_map(|step| step.after.map(|after| (after.id, after.json))).collect()
}

fn read(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap_or_default()
}

fn is_deprecated(entry: &Map<String, Value>) -> bool {
    text(entry, "status").eq_ignore_ascii_case("deprecated")
}

fn withdrawn(id: &str, entry: &Map<String, Value>, how: Withdrawal) -> Withdrawn {
    let name = if text(entry, "name").is_empty() { text(entry, "title") } else { text(entry, "name") };
    // The schema says nothing about the form of `replaced_by`.
    let replaced_by = text(entry, "replaced_by");
    let names_another = replaced_by != id && is_id(replaced_by);
    Withdrawn {
        id: id.to_owned(),
        name: name.chars().take(MAX_NAME_CHARS).collect(),
        how,
        replaced_by: names_another.then(|| replaced_by.to_owned()),
    }
}

fn is_id(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
    };
    text.len() <= MAX_ID_CHARS && text.contains('.') && text.split('.').all(is_part)
}

fn text<'a>(entry: &'a Map<String, Value>, name: &str) -> &'a str {
    entry.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{Entry, steps};
    use serde_json::json;

    fn told(before: &[Value], after: &[Value], of: fn(&[Step<'_>]) -> Vec<Withdrawn>) -> Vec<(String, Withdrawal)> {
        let texts = |list: &[Value]| -> Vec<(String, String)> {
            let id = |entry: &Value| entry["id"].as_str().expect("an id").to_owned();
            list.iter().map(|entry| (id(entry), entry.to_string())).collect()
        };
        let (before, after) = (texts(before), texts(after));
        let entries = |list: &'static [(String, String)]| -> Vec<Entry<'static>> {
            list.iter().map(|(id, json)| Entry { id, json }).collect()
        };
        let leak = |list: Vec<(String, String)>| -> &'static [(String, String)] { Vec::leak(list) };
        let steps = steps(&entries(leak(before)), &entries(leak(after)));
        of(&steps).into_iter().map(|it| (it.id, it.how)).collect()
    }

    #[test]
    fn what_is_removed_or_newly_deprecated_is_withdrawn_and_what_moved_is_not() {
        let entry = |id: &str, status: &str| json!({"id": id, "name": "N", "status": status});
        let before = [entry("a.a", "stable"), entry("a.b", "stable"), entry("a.c", "Deprecated"), entry("a.d", "beta")];
        let after = [entry("a.d", "deprecated"), entry("a.c", "deprecated"), entry("a.a", "DEPRECATED")];
        let mut all = told(&before, &after, withdrawals);
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let one = |id: &str, how| (id.to_owned(), how);
        assert_eq!(
            all,
            [one("a.a", Withdrawal::Deprecated), one("a.b", Withdrawal::Removed), one("a.d", Withdrawal::Deprecated)]
        );
        assert_eq!(told(&before, &after, removed), [one("a.b", Withdrawal::Removed)]);
        let moved = [before[3].clone(), before[0].clone(), before[1].clone(), before[2].clone()];
        assert_eq!(told(&before, &moved, withdrawals), []);
    }

    #[test]
    fn a_successor_is_the_id_of_another_capability() {
        let of = |value: Value| {
            let entry = json!({"title": "T", "replaced_by": value});
            withdrawn("a.b", entry.as_object().expect("an entry"), Withdrawal::Removed).replaced_by
        };
        assert_eq!(of(json!("a.c-d_e.f0")), Some("a.c-d_e.f0".to_owned()));
        let long = format!("a.{}", "b".repeat(199));
        for none in [json!("a.b"), json!("a"), json!("A.c"), json!("a..b"), json!("a.` b"), json!(7), json!(long)] {
            assert_eq!(of(none.clone()), None, "{none}");
        }
    }
}
