//! Locates values in the text of a document. This second walk is only made if there is something to report.
//!
//! The walk has a tree of the wanted values and descends in it in step with the document, by the index of each child.
//! So each value costs the same, whatever its keys are.

use super::Position;
use super::events::{Event, Events};
use crate::path::{Path, Step};
use std::collections::HashMap;

/// The position of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The key that the value belongs to, if it is a field of a mapping.
    pub(crate) key: Option<Position>,
    /// The first character of the value.
    pub(crate) value: Position,
}

/// The positions of these values, in order. A value that comes from an alias, or does not exist, gets the position of
/// the nearest value around it; `None` only if the text cannot be parsed that far.
pub(crate) fn places(text: &str, paths: &[&Path<'_>]) -> Vec<Option<Place>> {
    let mut wanted = PathTree(vec![Branch::default()]);
    let ends: Vec<usize> = paths.iter().map(|path| wanted.want(path)).collect();
    let several = paths.iter().any(|path| matches!(path.steps().first(), Some(Step::Document(_))));
    walk(text, several, &mut wanted);
    ends.into_iter().map(|end| wanted.nearest(end)).collect()
}

/// The tree of the wanted values, the root first.
struct PathTree(Vec<Branch>);

#[derive(Default)]
struct Branch {
    parent: usize,
    children: HashMap<usize, usize>,
    place: Option<Place>,
}

impl PathTree {
    fn want(&mut self, path: &Path<'_>) -> usize {
        let mut here = 0;
        for step in path.steps() {
            let new = self.0.len();
            let below = *self.0[here].children.entry(step.place()).or_insert(new);
            if below == new {
                self.0.push(Branch { parent: here, ..Branch::default() });
            }
            here = below;
        }
        here
    }

    fn nearest(&self, mut at: usize) -> Option<Place> {
        loop {
            match self.0[at].place {
                None if at != 0 => at = self.0[at].parent,
                place => return place,
            }
        }
    }
}

/// An open list or mapping.
struct Frame {
    /// Its branch; `None` if nothing in it is wanted.
    branch: Option<usize>,
    is_mapping: bool,
    /// Number of children passed so far.
    passed: usize,
    /// The key whose value comes next.
    key: Option<Position>,
}

/// With `several` documents, the root is the list of them.
fn walk(text: &str, several: bool, wanted: &mut PathTree) {
    let mut missing = wanted.0.len();
    let mut open: Vec<Frame> = Vec::new();
    if several {
        wanted.0[0].place = Some(Place { key: None, value: Position { line: 1, column: 1 } });
        missing -= 1;
        open.push(Frame { branch: Some(0), is_mapping: false, passed: 0, key: None });
    }
    let Ok(events) = Events::new(text) else { return };
    for (event, at) in events.map_while(Result::ok) {
        match event {
            Event::NextDocument if several => continue,
            Event::NextDocument => return,
            Event::End => {
                open.pop();
                continue;
            }
            _ => {}
        }
        let (here, key) = match open.last_mut() {
            None => (Some(0), None),
            Some(frame) if frame.is_mapping && frame.key.is_none() => {
                // Keys are always scalars: a document with other keys is refused.
                frame.key = Some(at);
                continue;
            }
            Some(frame) => {
                let below = frame.branch.and_then(|branch| wanted.0[branch].children.get(&frame.passed).copied());
                frame.passed += 1;
                (below, frame.key.take())
            }
        };
        if let Some(branch) = here {
            wanted.0[branch].place = Some(Place { key, value: at });
            missing -= 1;
            if missing == 0 {
                return;
            }
        }
        let is_mapping = matches!(event, Event::MappingStart { .. });
        if is_mapping || matches!(event, Event::ListStart { .. }) {
            open.push(Frame { branch: here, is_mapping, passed: 0, key: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;
    use serde_json::Value;

    fn found(text: &str, pointers: &[&str]) -> Vec<Option<Place>> {
        let value = parse(text).unwrap_or(Value::Null);
        let paths: Vec<Path<'_>> = pointers.iter().map(|pointer| Path::default().below(&value, pointer)).collect();
        places(text, &paths.iter().collect::<Vec<_>>())
    }

    fn values(text: &str, pointers: &[&str]) -> Vec<Option<Position>> {
        found(text, pointers).into_iter().map(|place| place.map(|place| place.value)).collect()
    }

    fn at(line: u64, column: u64) -> Option<Position> {
        Some(Position { line, column })
    }

    #[test]
    fn locates_values_keys_and_what_surrounds_the_missing() {
        let text = "version: 1\ncapabilities:\n- id: a\n  a/b: [x,  \"y\"]\n  é: &v\n    k: 1\n- *v\n";
        let pointers = [
            "",
            "/version",
            "/capabilities",
            "/capabilities/0/a~1b/1",
            "/capabilities/0/é/k",
            "/capabilities/1/k",
            "/no/where",
        ];
        assert_eq!(values(text, &pointers), [at(1, 1), at(1, 10), at(3, 3), at(4, 13), at(6, 8), at(7, 3), at(1, 1)]);
        let place = found(text, &["/capabilities/0/é"])[0].unwrap();
        assert_eq!((place.key, Some(place.value).map(|at| at.line)), (at(5, 3), Some(6)));
        assert_eq!(values("\u{feff}a: b\r\nc: d", &["/c"]), [at(2, 4)]);
        assert_eq!(values("\0", &[""]), [None]);
        assert_eq!(values("", &["/a"]), [None]);
    }
}
