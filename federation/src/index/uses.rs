//! What a repository says that it uses.

use serde_json::{Map, Value};

/// A capability that a repository uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The id of the capability.
    pub id: String,
    /// The repo whose entry is meant; `None` for any repo that publishes the id.
    pub repo: Option<String>,
}

/// The uses of an index that the schema accepts.
pub(super) fn of(root: &Map<String, Value>) -> Vec<Use> {
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
    let read = |one: &Value| match one {
        Value::String(id) => Some(Use { id: id.clone(), repo: None }),
        one => Some(Use { id: text(one, "id")?, repo: text(one, "repo") }),
    };
    let mut uses: Vec<Use> =
        root.get("uses").and_then(Value::as_array).into_iter().flatten().filter_map(read).collect();
    uses.sort_unstable();
    uses.dedup();
    uses
}
