//! Where the values of a document stand in its text: a second walk, made only when there is something to report.

use std::collections::{HashMap, HashSet};

use super::Position;
use super::events::{Event, Events};

/// Where one value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The key that the value belongs to, if it is a field of a mapping.
    pub key: Option<Position>,
    /// The first character of the value.
    pub value: Position,
}

/// The positions of the values at these JSON pointers, in their order. A value that an alias brought in, or that is not there,
/// gets the position of the nearest value around it; `None` only if the text cannot be read so far.
pub fn locate(text: &str, pointers: &[&str]) -> Vec<Option<Position>> {
    places(text, pointers).into_iter().map(|place| place.map(|place| place.value)).collect()
}

/// As [`locate`], with the positions of the keys too.
pub fn places(text: &str, pointers: &[&str]) -> Vec<Option<Place>> {
    let wanted: HashSet<&str> = pointers.iter().flat_map(|pointer| with_parents(pointer)).collect();
    let found = walk(text, &wanted);
    pointers.iter().map(|pointer| with_parents(pointer).find_map(|pointer| found.get(pointer)).copied()).collect()
}

fn with_parents(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |pointer| pointer.rfind('/').map(|at| &pointer[..at]))
}

struct Frame {
    /// Length of the pointer to this list or mapping; `None` if nothing below it is wanted.
    pointer: Option<usize>,
    step: Step,
}

enum Step {
    Index(usize),
    Key(Option<(String, Position)>),
}

fn walk(text: &str, wanted: &HashSet<&str>) -> HashMap<String, Place> {
    let mut found = HashMap::new();
    let mut open: Vec<Frame> = Vec::new();
    let mut pointer = String::new();
    let Ok(events) = Events::new(text) else { return found };
    for (event, at) in events.map_while(Result::ok) {
        if matches!(event, Event::End) {
            open.pop();
            continue;
        }
        let mut key_at = None;
        let parent = match open.last_mut() {
            None => Some(0),
            Some(Frame { pointer: parent, step: Step::Key(key @ None) }) => {
                // Keys are always scalars: a document with other keys does not parse.
                let name = if let (Some(_), Event::Scalar { text, .. }) = (&parent, event) {
                    text.into_owned()
                } else {
                    String::new()
                };
                *key = Some((name, at));
                continue;
            }
            Some(Frame { pointer: parent, step }) => {
                if let Some(length) = *parent {
                    pointer.truncate(length);
                    pointer.push('/');
                    match step {
                        Step::Index(index) => pointer.push_str(&index.to_string()),
                        Step::Key(key) => {
                            let name = key.as_ref().map_or("", |(name, _)| name);
                            pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                        }
                    }
                }
                match step {
                    Step::Index(index) => *index += 1,
                    Step::Key(key) => key_at = key.take().map(|(_, at)| at),
                }
                *parent
            }
        };
        let here = parent.filter(|_| wanted.contains(pointer.as_str())).map(|_| pointer.len());
        if here.is_some() {
            found.insert(pointer.clone(), Place { key: key_at, value: at });
        }
        match event {
            Event::ListStart { .. } => open.push(Frame { pointer: here, step: Step::Index(0) }),
            Event::MappingStart { .. } => open.push(Frame { pointer: here, step: Step::Key(None) }),
            _ => {}
        }
    }
    found
}
