//! The location of a value in a document, without a copy of the keys on the way: a key may have 64 KiB, and
//! a pointer contains all of them.

use crate::bounded::{Pointer, cut};
use serde_json::{Map, Value};

/// One step down, to the child at an index, from 0. Fields of a mapping are in text order. The first step is into a
/// document, if the text has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'v> {
    Document(usize),
    Field(usize, &'v str),
    Item(usize),
}

impl Step<'_> {
    pub(crate) fn place(self) -> usize {
        match self {
            Self::Document(place) | Self::Field(place, _) | Self::Item(place) => place,
        }
    }
}

/// The steps from the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path<'v>(Vec<Step<'v>>);

/// Longest key in a pointer, in characters.
const KEY_CHARS: usize = 60;

impl<'v> Path<'v> {
    /// The path that an RFC 6901 pointer names below this one, where `value` is; or the nearest existing path above it.
    pub(crate) fn below(&self, mut value: &'v Value, pointer: &str) -> Self {
        let mut path = self.clone();
        for token in pointer.split('/').skip(1) {
            let next = match value {
                Value::Object(map) => field(map, &token.replace("~1", "/").replace("~0", "~")),
                Value::Array(items) => {
                    token.parse().ok().and_then(|index| Some((Step::Item(index), items.get(index)?)))
                }
                _ => None,
            };
            let Some((step, below)) = next else { break };
            path.push(step);
            value = below;
        }
        path
    }

    pub(crate) fn push(&mut self, step: Step<'v>) {
        self.0.push(step);
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    /// This path with one more step.
    pub(crate) fn with(&self, step: Step<'v>) -> Self {
        let mut longer = self.clone();
        longer.push(step);
        longer
    }

    pub(crate) fn steps(&self) -> &[Step<'v>] {
        &self.0
    }

    /// The path as an RFC 6901 pointer, as far as its length is useful: long keys and a long
    /// pointer are shortened in the middle.
    pub(crate) fn pointer(&self) -> Pointer {
        let mut text = String::new();
        for step in &self.0 {
            text.push('/');
            match step {
                Step::Document(index) | Step::Item(index) => text.push_str(&index.to_string()),
                Step::Field(_, key) => {
                    let short = cut(key, KEY_CHARS);
                    text.push_str(&short.as_deref().unwrap_or(key).replace('~', "~0").replace('/', "~1"));
                }
            }
        }
        text.into()
    }
}

fn field<'v>(map: &'v Map<String, Value>, name: &str) -> Option<(Step<'v>, &'v Value)> {
    map.iter().enumerate().find(|(_, (key, _))| *key == name).map(|(at, (key, value))| (Step::Field(at, key), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pointer_is_resolved_as_far_as_it_goes_and_written_as_it_was() {
        let value = json!({"a/b": [1, {"~": 2}], "0": 3});
        let path = |pointer| Path::default().below(&value, pointer);
        for pointer in ["", "/a~1b", "/a~1b/0", "/a~1b/1/~0", "/0"] {
            assert_eq!(path(pointer).pointer(), pointer);
        }
        for (pointer, nearest) in [("/no", ""), ("/a~1b/7/x", "/a~1b"), ("/a~1b/x", "/a~1b"), ("/0/0", "/0")] {
            assert_eq!(path(pointer).pointer(), nearest);
        }
        let places: Vec<usize> = path("/a~1b/1/~0").steps().iter().map(|step| step.place()).collect();
        assert_eq!(places, [0, 1, 0]);
        assert_eq!(path("/0").steps()[0].place(), 1);
    }

    #[test]
    fn long_keys_are_cut_and_so_is_the_whole() {
        let key = format!("{}end", "k".repeat(65_536));
        let path = Path(vec![Step::Field(1, "capabilities"), Step::Item(7), Step::Field(0, &key)]);
        assert_eq!(path.pointer(), format!("/capabilities/7/{}…{}end", "k".repeat(40), "k".repeat(16)).as_str());
        let deep = Path([Step::Field(0, &key), Step::Item(3)].repeat(32));
        let pointer = deep.pointer();
        assert_eq!(pointer.chars().count(), 500);
        assert!(pointer.starts_with("/kkk") && pointer.ends_with("end/3"), "{pointer}");
    }
}
